// The model card; the converter takes a model's name from its front matter, else from the directory's name.

/** The text of `README.md`. */
export function modelCard() {
  return `---
name: Tiny Qwen3.5
basename: Tiny-Qwen3.5
tags:
  - synthetic
---

# Tiny Qwen3.5

Random weights in the shape of Qwen3.5, made to try a conversion and quantization pipeline end to end. A few channels
are set by hand so that common tokens are likelier, and the weights' scales were chosen so that quantizations differ
measurably. It is not a useful model: figures measured on it say that the pipeline works, and nothing about the quality
of any quantization.
`;
}
