/** What an error code stands for, and what repairs it. */
export interface ErrorDescription {
  readonly cause: string;
  readonly remedy: string;
}

/**
 * All codes of the errors that this package reports, in alphabetical order. `docs/errors.md` is generated
 * from it, and a test compares it with the codes that the source throws.
 */
export const errorCatalogue: Readonly<Record<string, ErrorDescription>> = {
  AGAINST_UNKNOWN: {
    cause:
      'The value of `--against` is neither a variant of the model, nor a type of llama-quantize, nor the path of a `.json` or `.gguf` file.',
    remedy: 'Name one of the variants that the hint lists, a type such as `Q4_K_M`, or a file.',
  },
  ANSWER_TOO_LARGE: {
    cause:
      'A server sends more than such an answer can have: a list, a description, or a file whose size it does not say.',
    remedy:
      'Check that the address is that of the right server, and that no proxy or login page answers in its place.',
  },
  ARCHIVE_DAMAGED: {
    cause: 'The member cannot be extracted from the archive: it is damaged, encrypted, or its CRC is wrong.',
    remedy:
      'Check that `url` or `include` names the right archive. Its sha256 was verified, so fetching it again changes nothing.',
  },
  ARCHIVE_LIMIT: {
    cause: 'The archive has more members than nx-gguf reads.',
    remedy: 'Use a smaller archive, or unpack it yourself and use a `path` source.',
  },
  ARCHIVE_UNKNOWN: {
    cause: '`member` is given, but the file is neither a zip, a tar nor a tar.gz archive.',
    remedy: 'Remove `member` to take the file as it is.',
  },
  BAD_BENCH: {
    cause:
      'A `bench.json`, of this machine or named by `--with`, is not a result of `bench` that this version reads.',
    remedy: 'Run `bench` again with this version of nx-gguf, on the machine that the file comes from.',
  },
  BAD_BENCH_COMPARISON: {
    cause: 'A result of `bench-compare` does not fit its schema.',
    remedy: 'Run `bench-compare` again with this version of nx-gguf.',
  },
  BAD_CARD_TEMPLATE: {
    cause: "The card's template names an unknown placeholder. The message gives file and line.",
    remedy: 'Use one of the placeholders that the hint lists. Write `\\{{` for two literal braces.',
  },
  BAD_COMPARISON: {
    cause: 'The result of a sequential comparison does not fit its schema.',
    remedy: 'This is a defect of nx-gguf; please report it with the message.',
  },
  BAD_CORPUS: {
    cause: '`corpus.json` is not valid JSON, or has a field that its schema does not allow.',
    remedy: 'Correct the lines that the message names. The schema completes the fields in an editor.',
  },
  BAD_ENDPOINT: {
    cause: '`HF_ENDPOINT` is not the address of a hub.',
    remedy: 'Set it to an address such as `https://hub.example.org`, without user, password or query.',
  },
  BAD_EVIDENCE: {
    cause: 'An `evidence.json` does not fit its schema.',
    remedy: 'Run the `report` target of that model again with this version of nx-gguf.',
  },
  BAD_FILE_NAME: {
    cause: 'A file that would be published has a name that a destination cannot hold safely.',
    remedy: 'Rename the variant or the file that the message names.',
  },
  BAD_GATE: {
    cause: 'A stored result of `gate` does not fit its schema.',
    remedy: 'Run the `gate` target again with this version of nx-gguf.',
  },
  BAD_GATES: {
    cause: '`gates` names a variant or a reference that `model.json` does not declare.',
    remedy: 'Correct the name; the hint lists those that are declared.',
  },
  BAD_IMATRIX: {
    cause: 'The importance matrix is neither a GGUF nor a file of the legacy format, or it is cut.',
    remedy: 'Check which file the source takes (`file`), and fetch or make it again.',
  },
  BAD_JSON: {
    cause:
      'A value that is to be hashed or written has no canonical JSON: lists and objects are nested deeper than 128 levels in it, a text is no Unicode, or a number is not finite.',
    remedy:
      'Look into the files of the source, and at what a tool printed, for what the message names. nx-gguf makes no such value itself.',
  },
  BAD_KLD: {
    cause: 'A `kld.json` does not fit its schema.',
    remedy: 'Run the `kld` target of that variant again with this version of nx-gguf.',
  },
  BAD_LLAMA_BENCH: {
    cause:
      'The JSON that llama-bench printed does not have the expected fields. It is reported as `BENCH_OUTPUT_UNREADABLE`.',
    remedy: 'Use the pinned version of llama.cpp.',
  },
  BAD_LOCK: {
    cause:
      '`model.lock.json` or `corpus.lock.json` is not valid JSON or does not fit its schema, for instance after a merge.',
    remedy: 'Restore it from git, or delete it and pin the sources anew with `nx g nx-gguf:update`.',
  },
  BAD_MANIFEST: {
    cause: 'A manifest (`artifact.json`) is not valid JSON or does not fit its schema.',
    remedy:
      'Run the target again with `--skip-nx-cache`. In the store, `npx nx-gguf store verify --repair` removes damaged manifests.',
  },
  BAD_MODEL: {
    cause:
      '`model.json` is not valid JSON, has a name twice in one object, or has a field or a value that its schema does not allow.',
    remedy: 'Correct the lines that the message names. The schema completes the fields in an editor.',
  },
  BAD_OPTIONS: {
    cause:
      'An option of an executor, a generator or a command is unknown, misspelt or contradicts another one.',
    remedy: 'Correct the option; the reference lists what each executor and generator takes.',
  },
  BAD_PLAN: {
    cause: 'A `plan.json` does not fit its schema.',
    remedy: 'Run the `plan` target of that variant again with this version of nx-gguf.',
  },
  BAD_PLUGIN: {
    cause: 'The options of nx-gguf in `nx.json` do not fit their schema.',
    remedy: 'Correct them; the reference lists the plugin options.',
  },
  BAD_PROXY: {
    cause: '`HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` is not the address of a proxy.',
    remedy: 'Set it to an address such as `http://proxy.example.org:3128`.',
  },
  BAD_PUBLISHED: {
    cause:
      'The record `nx-gguf.json` at the destination does not fit its schema. It then counts as a file of somebody else, and the files beside it too.',
    remedy: 'Restore the record that `publish` wrote, or replace it and the files with `--overwrite`.',
  },
  BAD_REMOTE: {
    cause:
      'An address in `NX_GGUF_REMOTE` or in the plugin option `remote` is not an address of a remote, or a mode is unknown.',
    remedy:
      'Use one of the forms that the hint names: `https://…`, `s3://…` or `file:///…`, with a mode behind `#` if needed.',
  },
  BAD_TOKEN: {
    cause:
      'A token is not one word of ASCII characters, or there are several tokens but not one for each remote.',
    remedy: 'Correct `HF_TOKEN`, the token file or `NX_GGUF_REMOTE_TOKEN`.',
  },
  BAD_TOOLCHAIN: {
    cause: '`toolchain.json` is not valid JSON, or has a field that its schema does not allow.',
    remedy: 'Correct the lines that the message names. The schema completes the fields in an editor.',
  },
  BAD_VARIANT: {
    cause: 'The settings of a variant contradict each other, have no effect, or name an unknown type.',
    remedy: 'Correct the variant in `model.json`; the message names every problem.',
  },
  BENCH_BAD_ARGUMENT: {
    cause: 'This llama-bench does not take an argument that `bench` asks for.',
    remedy: 'Correct `bench` in `model.json`, or use a version of llama.cpp that has the argument.',
  },
  BENCH_CONTEXT_FAILED: {
    cause: 'llama-bench could not create a context: memory is short, or the settings do not fit together.',
    remedy: 'Lower the sizes in `bench`. A quantized cache of values needs flash attention.',
  },
  BENCH_DEVICE_UNKNOWN: {
    cause: '`bench.devices` names a device that this build of llama.cpp does not find.',
    remedy: 'Use a name that `llama-bench --list-devices` prints.',
  },
  BENCH_INCOMPLETE: {
    cause:
      'llama-bench ended with fewer results or samples than were asked for, or ran other tests for one model than for the other.',
    remedy: 'Run it again; if it repeats, its last lines say why.',
  },
  BENCH_NO_TESTS: {
    cause: '`bench` names no size to measure.',
    remedy: 'Give `prompt` or `generate` at least one number of tokens.',
  },
  BENCH_OUTPUT_UNREADABLE: {
    cause: 'The output of llama-bench is not the expected JSON.',
    remedy: 'Run it again; if it repeats, use the pinned version of llama.cpp.',
  },
  BLOB_DAMAGED: {
    cause:
      'A file of the store has other bytes than its sha256 says, although nobody wrote to it: a disk, its cable or memory changed them. It was moved to `quarantine/` in the store, and nothing that was made from it is kept.',
    remedy:
      'Run again: the file is brought from a remote or made again. Check the disk (`smartctl -a`) and the memory, and hash the rest with `npx nx-gguf store verify`.',
  },
  BLOB_MISSING: {
    cause: 'A file is neither in the store nor in any remote.',
    remedy:
      'Run the target that makes it again with `--skip-nx-cache`. `npx nx-gguf store ls --files` lists the digests that are there.',
  },
  BRANCH_MISSING: {
    cause: 'The branch to publish to does not exist.',
    remedy: 'Make it with `--create`, or correct `branch`.',
  },
  CARD_REFUSED: {
    cause:
      'The hub does not take the card: a field of its metadata is missing or wrong. Nothing was made or sent.',
    remedy:
      'Correct what the message names: in `card` in model.json, in its template, or in the card of the source that it was taken from. Run `card` and `publish` again.',
  },
  COMMAND_FAILED: {
    cause: 'The program of a `command` source failed.',
    remedy: "Read its last lines, and try it by hand in the project's directory.",
  },
  COMMAND_WROTE_NOTHING: {
    cause: 'The program of a `command` source ended without writing a file.',
    remedy: 'Pass `{output}` to the program, and let it write there.',
  },
  CONVERT_FAILED: {
    cause: 'convert_hf_to_gguf.py failed; the message has its own words.',
    remedy:
      'The hint goes by the words: a README that is no YAML, a source that is a GGUF or an adapter, missing files, an architecture, tokenizer or quantization that this llama.cpp does not know. Otherwise check that the checkpoint is complete.',
  },
  CONVERT_NO_OUTPUT: {
    cause: 'convert_hf_to_gguf.py ended without an error and without a GGUF.',
    remedy: 'Check `convert.extraArgs`; some arguments of the converter write no model.',
  },
  CONVERT_NO_WEIGHTS: {
    cause: 'convert_hf_to_gguf.py found no weights in the source, and wrote a GGUF of the tokenizer alone.',
    remedy:
      'Check the `include` of the source: weights are in `model*.safetensors` or `pytorch_model*.bin`. Merge an adapter (LoRA) into its base model first.',
  },
  CORPUS_MISSING: {
    cause: '`corpus` names a project that has no `corpus.json`.',
    remedy: 'Name a project that has one, or create `corpus.json` in its directory.',
  },
  DECODE_FAILED: {
    cause: 'llama.cpp could not evaluate the model.',
    remedy: 'Check free memory, batch size and context.',
  },
  DESTINATION_CHANGED: {
    cause:
      'Somebody else committed to the destination meanwhile, or the hub did not say whether the commit was made.',
    remedy: 'Run `publish` again: it looks at the destination anew.',
  },
  DEVICE_UNKNOWN: {
    cause: '`evaluation.device` names a device that this build of llama.cpp does not find.',
    remedy: 'Use a name that `llama-perplexity --list-devices` prints.',
  },
  DIGEST_AMBIGUOUS: {
    cause: 'Several files of the store start with the digits that were given.',
    remedy: 'Give more digits of the digest.',
  },
  DIGEST_MISMATCH: {
    cause:
      'What a server or git gives is not the bytes that the lock or `sha256` names. Nothing of it was kept.',
    remedy:
      'If the file was replaced on purpose, pin the new one with `nx g nx-gguf:update`; otherwise do not trust the server.',
  },
  DIRECTORY_NAME: {
    cause:
      'The path of a project has brackets, `*` or `?`, which Nx takes for a pattern, so that it would miss changes there.',
    remedy: 'Rename the directory.',
  },
  DISK_FULL: {
    cause: 'The file system of the store has no room left, or too little for what is to be fetched.',
    remedy:
      'Free space, for instance with `npx nx-gguf store gc`, or put the store elsewhere with `NX_GGUF_STORE`.',
  },
  DOWNLOAD_FAILED: {
    cause: 'A server did not answer, broke off, or was too slow, as often as it was asked.',
    remedy:
      'Run it again later: it goes on where it stopped. Behind a proxy, set `HTTPS_PROXY` and `NO_PROXY`. On a very slow line, set `NX_GGUF_MIN_BYTES_PER_SECOND`.',
  },
  DRY_RUN_UNREADABLE: {
    cause: 'The output of `llama-quantize --dry-run` is not in the form that nx-gguf reads.',
    remedy: 'Use the pinned version of llama.cpp; another one may print other lines.',
  },
  FIFO_UNUSABLE: {
    cause: 'A FIFO between the measuring processes could not be opened.',
    remedy: 'Check that nothing removed the work directory, and the limit of open files (`ulimit -n`).',
  },
  FILES_DIFFER: {
    cause: '`inspect --against` or `npx nx-gguf diff` found a difference between the two files.',
    remedy: 'This is the answer to the question, given as an exit code. The output shows what differs.',
  },
  FILES_GONE: {
    cause:
      'Files that were asked for are neither in the store nor in a remote, and the run could not make them.',
    remedy: 'Run the commands of the hint, or the same command again: it makes them.',
  },
  FILE_AMBIGUOUS: {
    cause: 'A source takes several files where one is needed.',
    remedy: 'Name one file literally, with `file` or in `include`.',
  },
  FILE_CHANGED: {
    cause: 'Files changed while they were being published.',
    remedy: 'Run `npx nx-gguf store verify --repair`, and then the target again.',
  },
  FILE_EMPTY: {
    cause: 'The file at the address is empty.',
    remedy: 'Correct the address.',
  },
  FILE_FORBIDDEN: {
    cause: 'The operating system does not let this user read or write at the path that the message names.',
    remedy: 'Look at the owner and the mode of the file and of the directories above it.',
  },
  FILE_MISSING: {
    cause: 'A file that an option or a declaration names, or that a task works with, is not there.',
    remedy:
      "Create it or correct its name. Paths in `model.json` are relative to the project's directory, those of `--with` to the root of the workspace.",
  },
  FILE_NOT_IN_SOURCE: {
    cause: '`file` names a file that the source does not take. The message lists those that it takes.',
    remedy: 'Correct the name, or add the file to `include` of the source.',
  },
  FILE_TOO_LARGE: {
    cause: 'The hub takes no file of this size.',
    remedy:
      'Have GGUFs split: `splitMaxSize` under `publish`. llama.cpp loads the parts as one model; Ollama pulls no split files.',
  },
  FILE_UNFIT: {
    cause: 'Something else lies at a path than what is needed there, or the file system does not take it.',
    remedy: 'The hint says what to look at.',
  },
  GATES_NOT_PASSED: {
    cause: 'A variant to publish misses its gates, or was not measured.',
    remedy: 'Change the recipe or measure first; `--allowFailedGates` publishes all the same.',
  },
  GATE_FAILED: {
    cause: 'A variant misses a gate of `model.json`. The table shows what was required and measured.',
    remedy: 'Change the recipe, or the gate if it asks for too much.',
  },
  GATE_NEEDS_FULL_RUN: {
    cause:
      'A gate was given the result of a sequential comparison, which is not a measurement of the whole text.',
    remedy: 'Run the `kld` target of the variant.',
  },
  GC_KEEP_MISSING: {
    cause: 'A place that `npx nx-gguf store gc --keep` names cannot be read. Nothing was removed.',
    remedy: 'Name a workspace, a `dist` directory or a manifest.',
  },
  GGUF_ALIGNMENT: {
    cause: '`general.alignment` of a GGUF is not an unsigned 32-bit integer, or not a power of two.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_BAD_KEY: {
    cause: 'A metadata key of a GGUF is empty or not UTF-8.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_BAD_TENSOR_NAME: {
    cause: 'A tensor name of a GGUF is empty or not UTF-8.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_BIG_ENDIAN: {
    cause: 'The GGUF is big-endian.',
    remedy: 'Convert the model again without `--bigendian`.',
  },
  GGUF_DUPLICATE_KEY: {
    cause: 'A metadata key occurs twice in a GGUF.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_DUPLICATE_TENSOR: {
    cause: 'A tensor name occurs twice in a GGUF.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_LIMIT: {
    cause:
      'A length, a count or a sum in the header of a GGUF is beyond what any real file has: 65,536 keys, 131,072 tensors of 4 dimensions, 4 Mi strings in arrays, 32 MiB of other texts, or 128 MiB in all.',
    remedy: 'The file is damaged: fetch or convert it again.',
  },
  GGUF_METADATA_TYPE: {
    cause: 'A metadata value of a GGUF has a type that is unknown, or not allowed in its place.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_METADATA_VALUE: {
    cause: 'A metadata value of a GGUF is not one that its type or llama.cpp allows.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_NOT_GGUF: {
    cause: 'The file does not start with `GGUF`.',
    remedy:
      'Check that the path names a GGUF; a web page or a Git LFS pointer in its place is a common cause.',
  },
  GGUF_ROW_NOT_BLOCKS: {
    cause: "The rows of a tensor are not a multiple of the block size of the tensor's type.",
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_TENSOR_MISALIGNED: {
    cause: 'The offset of a tensor is not a multiple of the alignment of the GGUF.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_TENSOR_ORDER: {
    cause: 'The data of the tensors does not follow the order of the header without gaps.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_TENSOR_OUTSIDE_FILE: {
    cause: 'A tensor ends behind the end of the GGUF.',
    remedy: 'The file is incomplete: fetch or convert it again.',
  },
  GGUF_TENSOR_OVERLAP: {
    cause: 'Two tensors of a GGUF share bytes.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_TENSOR_SHAPE: {
    cause: 'A tensor of a GGUF has too many dimensions, or is too large.',
    remedy: 'Fetch or convert the file again.',
  },
  GGUF_TENSOR_TYPE: {
    cause: 'A tensor has a type that the pinned llama.cpp does not know, or no longer knows.',
    remedy: 'Use a newer toolchain or another file.',
  },
  GGUF_TRUNCATED: {
    cause: 'The GGUF ends inside its header.',
    remedy: 'The file is incomplete: fetch or convert it again.',
  },
  GGUF_VERSION: {
    cause: 'The GGUF has a format version other than 2 and 3.',
    remedy: 'Convert the model again with the pinned llama.cpp.',
  },
  GIT_ADDRESS_REFUSED: {
    cause:
      'The address of a git repository would have git or ssh run a program (`ext::`, `fd::`, a leading `-`), is of an unknown kind, or has control characters in it.',
    remedy:
      'Name an address of https, ssh (also as `user@host:path`), git or file, or the path of a directory.',
  },
  GIT_FAILED: {
    cause: 'A git command failed.',
    remedy: 'Its last lines say why.',
  },
  GIT_IDENTITY: {
    cause: 'git does not know in whose name to commit.',
    remedy: 'Set `user.name` and `user.email` with `git config --global`.',
  },
  GIT_LFS_MISSING: {
    cause: 'The repository keeps files in Git LFS, and git-lfs is not installed.',
    remedy: 'Install git-lfs.',
  },
  GIT_MISSING: {
    cause: 'git is not installed.',
    remedy: 'Install git.',
  },
  GIT_REFUSED: {
    cause: 'The git repository does not take the commit, or its Git LFS does not take the files.',
    remedy: 'Read what the server says, and check that you may push to this branch.',
  },
  GIT_UNREACHABLE: {
    cause: 'git cannot reach the repository, or the revision is not there.',
    remedy: "Check `url` and `revision`. Credentials come from git's own helpers and from ssh.",
  },
  GLOB_REFUSED: {
    cause:
      'A glob of `include` or `exclude` is blank, is longer than 1,024 characters, or does not come to an end on the paths of the source.',
    remedy:
      'Write globs with `*`, `**` and names, as `*.safetensors`; repeated groups such as `(a+)+` try every way to split a path.',
  },
  HOST_UNKNOWN: {
    cause: 'There is no host of that name, or this machine is offline.',
    remedy:
      'Check the network. Behind a proxy, set `HTTPS_PROXY` and `NO_PROXY`; `HF_ENDPOINT` names another hub.',
  },
  HTTP_NO_RANGES: {
    cause: 'The server does not serve parts of files, so the header alone cannot be read.',
    remedy: 'Download the file, and name its path.',
  },
  HUB_ADDRESS_UNUSABLE: {
    cause:
      '`repository` names no repository that can be read: an address of another hub, of a space or of another page, a name without owner, `owner/name:TAG`, a path, one file as the source of a model, or what contradicts `kind`, `revision` or `include` beside it.',
    remedy:
      'Write what the hint says. `owner/name`, `owner/name@revision`, and addresses of models and datasets on the public hub or on the one that `HF_ENDPOINT` names are accepted.',
  },
  HUB_FORBIDDEN: {
    cause:
      'The hub denies access: your token or your account may not read or write this repository, or the owner does not allow it.',
    remedy:
      'The message has the words of the hub, and the hint says whether another token (`HF_TOKEN`) helps.',
  },
  HUB_GATED: {
    cause: 'The repository is gated, and your account has not been granted access, or no token is set.',
    remedy:
      'Accept its conditions on the page that the hint names, and set `HF_TOKEN` to a token of that account.',
  },
  HUB_REFUSED: {
    cause: 'The hub refused a request or a file.',
    remedy: 'The message has its status and its reason.',
  },
  HUB_STORAGE_FULL: {
    cause: 'The hub has no storage left for the owner of the repository. The token is good.',
    remedy:
      'Delete files that are no longer needed in the settings of the repository (a commit that deletes them frees nothing), make the repository public where the limit is that of private ones, or get more storage.',
  },
  HUB_UNAUTHORIZED: {
    cause: 'The hub asks for a token, or does not accept the one that is set.',
    remedy:
      'Set `HF_TOKEN`, or log in with the own tool of the hub. A hub that only `endpoint` names gets no token: name it in `HF_ENDPOINT`.',
  },
  HUB_UNUSABLE: {
    cause: 'The server does not answer like a hub.',
    remedy: 'Check `endpoint`, `HF_ENDPOINT`, and whether a proxy or a login page is between.',
  },
  IMATRIX_COVERS_NOTHING: {
    cause:
      'None of the tensors that the variant quantizes with importance data has any: the matrix was made from another model, its tensors have other names, or `includeWeights` and `excludeWeights` leave nothing of it.',
    remedy:
      'Use a matrix that was made from this model, or set `imatrix` of the variant to false. The message has names of both sides.',
  },
  IMATRIX_EMPTY: {
    cause: 'The file is a GGUF or a matrix without importance data.',
    remedy: 'Take another file of the source with `file`.',
  },
  IMATRIX_NOT_FINITE: {
    cause:
      'llama-imatrix met NaN or infinity: in what a tensor is multiplied with, or as the perplexity of a chunk.',
    remedy:
      'Check the weights and the conversion: the model computes such values on this text. The rest of the text was not computed.',
  },
  IMATRIX_NO_OUTPUT: {
    cause: 'llama-imatrix ended without writing a matrix.',
    remedy: 'Use a corpus that is long enough for one chunk.',
  },
  INPUT_CHANGED: {
    cause: 'A file had to be made again, and came out with other bytes than its manifest names.',
    remedy: 'Run the target that makes it, as the hint says, and then this one again.',
  },
  INTERNAL: {
    cause: 'Something happened that nx-gguf does not expect.',
    remedy: 'This is a defect of nx-gguf; please report it with the lines that were printed.',
  },
  INTERRUPTED: {
    cause: 'The run was interrupted.',
    remedy: 'Run it again: nothing half-made was kept, and transfers go on where they stopped.',
  },
  KLD_BASE_CUT: {
    cause: 'The base logits end before their last row.',
    remedy: 'Run the measurement again; check memory and disk if it repeats.',
  },
  KLD_BASE_INCOMPLETE: {
    cause:
      'The base pass wrote fewer bytes than the evaluation needs. llama-perplexity exits with 0 when it cannot write.',
    remedy: 'Run the measurement again; check the disk if it repeats.',
  },
  KLD_BASE_MISSING: {
    cause: 'llama-perplexity could not open the base logits.',
    remedy: 'Run the measurement again.',
  },
  KLD_BASE_NOT_KEPT: {
    cause: 'The base logits are over `baseLimit`, or larger than what the store has left.',
    remedy: 'Raise `baseLimit` of the evaluation, or free space, for instance with `npx nx-gguf store gc`.',
  },
  KLD_BASE_UNWRITABLE: {
    cause: 'llama-perplexity could not open the file or FIFO for the base logits.',
    remedy: 'Check that the store (`NX_GGUF_STORE`) can be written.',
  },
  KLD_BASE_WRONG: {
    cause: 'What was read as base logits is not a base file of llama-perplexity for this measurement.',
    remedy: 'Run the measurement again.',
  },
  KLD_CONTEXT_MISMATCH: {
    cause: 'The base logits were made with another context than that of the evaluation.',
    remedy: 'Run the measurement again, so that the base pass uses the context of the evaluation.',
  },
  KLD_CONTEXT_TOO_SMALL: {
    cause: 'llama-perplexity was started with a smaller context than that of the base logits.',
    remedy: 'Run the measurement again with one `ctx` for both.',
  },
  KLD_KEPT_BASE_DAMAGED: {
    cause: 'Kept base logits are damaged. They are computed again.',
    remedy: 'Run `npx nx-gguf store verify --repair`, and the measurement again if it failed.',
  },
  KLD_KEPT_BASE_GONE: {
    cause: 'Kept base logits disappeared from the store while they were needed.',
    remedy: 'Run the measurement again.',
  },
  KLD_KEPT_BASE_UNKNOWN: {
    cause: 'Kept base logits are in a format that this version does not read. They are computed again.',
    remedy: 'Nothing is to be done. `npx nx-gguf store gc` removes them when nothing names them any more.',
  },
  KLD_KEPT_BASE_UNREADABLE: {
    cause: 'Kept base logits cannot be read from the disk.',
    remedy: 'Check the disk of the store.',
  },
  KLD_KEPT_BASE_WRONG: {
    cause: 'Kept base logits are not those of this measurement. They are computed again.',
    remedy:
      'Run `npx nx-gguf store verify --repair`, which removes what is damaged, and the measurement again if it failed.',
  },
  KLD_NOT_COMPARABLE: {
    cause:
      'Two results differ in text, number of chunks, settings, tools or unquantized model, so their difference has no meaning.',
    remedy: 'Measure both in one workspace with the same evaluation.',
  },
  KLD_NOT_FINITE: {
    cause:
      'A perplexity or a statistic is NaN or infinite. All are means over the chunks so far, so the run ends at the first such value. The message says which model printed it first.',
    remedy:
      'The unquantized model: check its weights, its conversion and the precision it is computed in. A variant: check the types of its most sensitive tensors and its importance matrix. A text that is one repeated token has the same effect.',
  },
  KLD_NO_ROOM: {
    cause:
      'There are no FIFOs here, and the file of base logits does not fit into the file system of the store.',
    remedy:
      'Free space, measure fewer chunks, or put the store on a file system that has FIFOs (`NX_GGUF_STORE`).',
  },
  KLD_NO_STATISTICS: {
    cause: 'llama-perplexity ended without printing all of its results.',
    remedy:
      'Check that model and text are complete, and run it again. A toolchain that nx-gguf builds waits for the last lines; ready binaries may not.',
  },
  KLD_STALLED: {
    cause: 'No process of the measurement did anything for a long time.',
    remedy: 'Check whether one of them was stopped, and whether devices and RPC servers answer.',
  },
  KLD_TOO_FEW_TOKENS: {
    cause: 'Too few tokens were compared for statistics.',
    remedy: 'Use a longer text, more chunks or a larger context.',
  },
  KLD_VOCABULARY_MISMATCH: {
    cause: 'The vocabularies of the variant or reference and of the unquantized model differ in size.',
    remedy: 'Make both from the same model.',
  },
  LFS_POINTER: {
    cause:
      'A file is a pointer of Git LFS: a few lines of text that git holds in place of the file. The repository was cloned without git-lfs, or somebody uploaded the pointer itself.',
    remedy:
      'Run `git lfs pull` in the repository that holds the file. For a file of a hub or of an archive, take another revision or source.',
  },
  LOCK_BEHIND: {
    cause: '`update --check` found sources that are newer than what is pinned.',
    remedy: 'Run `nx g nx-gguf:update` without `--check`, look at the changes, and commit the lock.',
  },
  LOCK_COMMENTS: {
    cause: 'A lock file has comments inside an entry that is about to change, and they would be lost.',
    remedy: 'Move the comments out of the entry, for instance to the top of the file.',
  },
  LOCK_MISSING: {
    cause: 'A source is not pinned, and `CI` is set, where nothing is looked up.',
    remedy: 'Run `nx g nx-gguf:update` on your machine, and commit the lock.',
  },
  LOCK_OUTDATED: {
    cause: 'The lock pins another source than `model.json` or `corpus.json` declares.',
    remedy: 'Run `nx g nx-gguf:update`, look at what changes, and commit the lock.',
  },
  MANIFEST_FORMAT: {
    cause: 'A manifest was written by another version of nx-gguf, in a format that this one does not read.',
    remedy: 'Update nx-gguf, or use another store (`NX_GGUF_STORE`).',
  },
  MEASURED_ANOTHER_FILE: {
    cause: 'A measurement belongs to other bytes than those that the variant has now.',
    remedy: 'Run the target that the hint names, and then this one again.',
  },
  MEMBER_MISSING: {
    cause: 'The archive has no file of the name in `member`, or several.',
    remedy: 'Correct `member`; the hint lists what the archive holds.',
  },
  MODEL_EMPTY: {
    cause: 'A step that reads a GGUF got no file.',
    remedy: 'Run the target that makes the model again with `--skip-nx-cache`.',
  },
  MODEL_MISSING: {
    cause:
      '`model.json` cannot be read in the directory of the project: there is none, it is a link to nothing or a directory, or its permissions forbid it.',
    remedy:
      'Create it or correct its permissions; an executor of nx-gguf works only in a directory that has one.',
  },
  MODEL_NOT_LOADED: {
    cause:
      'llama.cpp could not load the model or create a context for it. A converted model and a reference are loaded once before anything is made of them.',
    remedy:
      'Check that the model is complete, that this llama.cpp knows its architecture, and that there is memory for it. Blocks for multi-token prediction that a checkpoint lost are left out with `"convert": { "mtp": false }`.',
  },
  NAME_TAKEN: {
    cause: 'A variant and a reference have the same name, or two names differ only by case.',
    remedy: 'Rename one of them.',
  },
  NOTHING_MEASURED: {
    cause: '`bench` was asked for its table, and no speed was measured yet.',
    remedy: 'Run the `bench` target of a variant first.',
  },
  NO_DESTINATION: {
    cause: 'Nothing says where to publish.',
    remedy: 'Declare `publish.to` in `model.json`, or give `--repository`, `--path` or `--url`.',
  },
  NO_EVALUATION: {
    cause: 'A measurement was asked for, and `model.json` declares no `evaluation`.',
    remedy: 'Declare the corpus to measure on.',
  },
  NO_GATES: {
    cause: 'The target `gate` stands in `project.json`, and `model.json` declares no `gates`.',
    remedy: 'Declare what must hold of a variant, or remove the target (`nx sync` does).',
  },
  NO_IMATRIX: {
    cause: 'Something needs the importance matrix, and `model.json` declares none.',
    remedy:
      'Declare `imatrix`, or remove what asks for it: `imatrix` of the variant, of `publish.files`, or the target.',
  },
  NO_REMOTE: {
    cause: '`npx nx-gguf store push` has no remote to upload to.',
    remedy:
      "Set `NX_GGUF_REMOTE`, in the shell or in the workspace's `.env.local`, or the plugin option `remote`.",
  },
  NO_REPORTS: {
    cause: 'A page about several models has no model to show.',
    remedy:
      'Let the target depend on the `report` targets of the models, or name projects of models in `models`.',
  },
  OFFLINE: {
    cause: 'A file is not in the store, or a hub has to be asked, and `HF_HUB_OFFLINE` is set.',
    remedy:
      'Unset `HF_HUB_OFFLINE` to fetch what is missing, to look up a source that no lock pins, or to publish to a hub.',
  },
  PICKLE_REFUSED: {
    cause: 'The only weights are in pickle format, which can run code when it is loaded.',
    remedy:
      'Take a repository with safetensors, or name each of these files literally in `include` when you trust them.',
  },
  PLAN_DISAGREES: {
    cause: 'llama-quantize and the reading of the rules by nx-gguf disagree about a tensor.',
    remedy: 'Use the pinned version of llama.cpp; with it, please report the tensor-type file as a defect.',
  },
  PLAN_FROM_AMBIGUOUS: {
    cause: 'The source of `planFrom` has no GGUF, or several models.',
    remedy: 'Name one GGUF, or all files of a split one, in `include`.',
  },
  PLAN_FROM_INCOMPLETE: {
    cause: 'The source of `planFrom` lacks files of a split GGUF.',
    remedy: 'Name all of its files in `include`.',
  },
  PLAN_NOT_KEPT: {
    cause: 'llama-quantize made other tensors than the tensor plan has. Nothing was kept.',
    remedy: 'Check that the toolchain is the one that the plan was made with.',
  },
  PORT_IN_USE: {
    cause: '`serve-report` cannot listen on the port.',
    remedy: 'Give another `--port`, or none for any that is free.',
  },
  PREREQUISITE_MISSING: {
    cause:
      'A program that the source, the build or the Python environment of llama.cpp needs is missing or too old. Nothing was fetched.',
    remedy: 'Install it with the line that the hint gives.',
  },
  PROJECT_AMBIGUOUS: {
    cause:
      'One directory holds two of `model.json`, `corpus.json` and `toolchain.json` that make targets of the same name.',
    remedy: 'Move one of them to a directory of its own.',
  },
  PROJECT_MISSING: {
    cause: 'A declaration names a project that the workspace does not have.',
    remedy: 'Correct the name; the hint lists the projects.',
  },
  PROJECT_NAME_TAKEN: {
    cause: 'Two directories would make projects of the same name.',
    remedy: 'Rename a directory, or give one a `project.json` with another `name`.',
  },
  PUBLISH_CONFLICT: {
    cause: 'A file at the destination was put there by something else, or changed since it was published.',
    remedy: 'Publish elsewhere, or replace it with `--overwrite`.',
  },
  PYTHON_ENV_FAILED: {
    cause: 'The Python environment of the converter could not be made.',
    remedy:
      'Check that the package index or its mirror can be reached. `python.interpreter` in `toolchain.json` names a ready environment instead.',
  },
  PYTHON_MISSING: {
    cause: 'No Python that is new enough was found.',
    remedy: 'Install Python with venv, or name an interpreter with `PYTHON`.',
  },
  QUANTIZE_ABORTED: {
    cause: 'llama-quantize stopped at an assertion of its own.',
    remedy: 'Read its last lines; another type, or another version of llama.cpp, may help.',
  },
  QUANTIZE_BAD_ARGUMENT: {
    cause: 'llama-quantize does not accept an argument.',
    remedy: 'Correct the variant in `model.json`; its last lines name the argument.',
  },
  QUANTIZE_BAD_MODEL: {
    cause: 'llama-quantize cannot load the unquantized model, or does not know its architecture.',
    remedy: 'Convert the model again, or use a llama.cpp that knows it.',
  },
  QUANTIZE_BAD_RULE: {
    cause: 'llama-quantize does not accept a tensor-type rule.',
    remedy: 'Correct the rule that its last lines name.',
  },
  QUANTIZE_FAILED: {
    cause: 'llama-quantize failed.',
    remedy: 'Its last lines say why.',
  },
  QUANTIZE_IMATRIX_UNFIT: {
    cause:
      'llama-quantize cannot use the importance matrix: it refuses the file, the data of a tensor have another width, or are NaN, infinite, negative or all zero.',
    remedy: 'Use a matrix that was made from this model, or make it again.',
  },
  QUANTIZE_NEEDS_IMATRIX: {
    cause: 'The type of a tensor needs an importance matrix, and there is none for it.',
    remedy: 'Declare an `imatrix` that covers the tensor, or choose another type.',
  },
  QUANTIZE_NO_OUTPUT: {
    cause: 'llama-quantize ended without an error and without a GGUF.',
    remedy: 'Run it again; if it repeats, please report it.',
  },
  QUANTIZE_REQUANTIZES: {
    cause: 'The source has tensors that are quantized already.',
    remedy: 'Convert from unquantized weights, or set `allowRequantize` for the variant.',
  },
  REBUILD_DIFFERS: {
    cause:
      'A full run of llama-quantize gave other bytes than the stored variant. The stored one, and what it shared, was removed.',
    remedy: 'Build it again. If that repeats, please report it with the lines that were printed.',
  },
  REDIRECT_REFUSED: {
    cause:
      'A server redirects too often, or to an address that is not followed (only https, and http from http, is).',
    remedy: 'Name the final address.',
  },
  REFERENCE_AMBIGUOUS: {
    cause: 'The source of a reference has no GGUF, or several models.',
    remedy: 'Name one GGUF, or all files of a split one, in `include`.',
  },
  REFERENCE_INCOMPLETE: {
    cause: 'The source of a reference lacks files of a split GGUF.',
    remedy: 'Name all of its files in `include`.',
  },
  REFERENCE_MISSING: {
    cause: 'A target names a reference that `model.json` does not declare.',
    remedy: 'Correct the name, or declare it; `nx sync` removes targets of references that are gone.',
  },
  REPORT_OUTDATED: {
    cause: 'The report of a model was made by another version of nx-gguf.',
    remedy: 'Run its `report` target again.',
  },
  REPOSITORY_EXISTS: {
    cause: 'The hub has a repository of this name already.',
    remedy: 'Publish without `--create`, or to another name.',
  },
  REPOSITORY_MISSING: {
    cause: 'The hub has no such repository, or it is private and your token may not see it.',
    remedy: 'Make it with `--create`, or correct the name or the token.',
  },
  RESULTS_CHANGED: {
    cause: 'Files under `dist/` are not what their manifests say.',
    remedy:
      'Change the recipe in place of the files, or delete them and run the targets again. `--allowStale` publishes what the manifests name.',
  },
  RESULTS_MISSING: {
    cause: 'A target that only shows or publishes results found none.',
    remedy: 'Run the target that the hint names first.',
  },
  RESULTS_STALE: {
    cause: 'The results are those of another recipe than the one that is declared now.',
    remedy:
      'Run `publish` with the targets that it depends on: it makes first what is out of date. `--allowStale` publishes what is there.',
  },
  RPC_UNREACHABLE: {
    cause: 'An RPC server of `evaluation.rpc` does not answer.',
    remedy: 'Check that an RPC server of the same version of llama.cpp runs there.',
  },
  RULES_NOT_HONOURED: {
    cause:
      'llama-quantize would not do what the variant says: its tensor-type rules, or its options. The message names every rule with file and line.',
    remedy:
      'Correct the rules, or set the check that is named in parentheses to `warn` or `off` under `checks`.',
  },
  RULE_SLOW: {
    cause:
      'A pattern of a tensor-type file tries every way to split the name of a tensor, and comes to no end.',
    remedy: 'Write it without a repetition of a repetition: `a+` instead of `(a+)+`.',
  },
  S3_CLIENT_MISSING: {
    cause:
      'A remote is an S3 address, and the packages that speak to S3 are not installed; few users need them, so they are optional.',
    remedy: 'Run the command that the message names, or take the remote out.',
  },
  SAFETENSORS_INVALID: {
    cause:
      'The header of a safetensors file of the checkpoint is damaged or hostile: a tensor has an unknown type, a shape that is not its bytes, or a place that overlaps another, leaves a hole or passes the end of the file.',
    remedy: 'Fetch the checkpoint again; when the file is the same, ask its author for a right one.',
  },
  SIZE_MISMATCH: {
    cause: 'The file on the server has another size than the one that was pinned.',
    remedy: 'If it was replaced on purpose, pin the new one with `nx g nx-gguf:update`.',
  },
  SOURCE_AMBIGUOUS: {
    cause:
      'A source names no files, and what it holds cannot be told apart: several GGUFs for one reference, or no file that is named like an importance matrix. Nothing was fetched.',
    remedy: 'Name the file in `include` of the source.',
  },
  SOURCE_CHANGED: {
    cause:
      'A file changed while it was read, or while a tool worked on it: one of a `path` source, an input of a command, or a result that a program still wrote.',
    remedy: 'Run again when nothing writes to it any more.',
  },
  SOURCE_CREDENTIALS: {
    cause: 'The `url` of a git source holds a password or a token, which would be committed.',
    remedy: 'Remove it: git gets credentials from its helpers.',
  },
  SOURCE_DAMAGED: {
    cause: 'The unquantized model in the store no longer has the bytes that its digest names.',
    remedy: 'Run `npx nx-gguf store verify --repair`: damaged files are removed and made again.',
  },
  SOURCE_EMPTY: {
    cause: 'No file of the source matches its globs.',
    remedy: 'Check the path, `include` and `exclude`.',
  },
  SOURCE_INPUT_MISSING: {
    cause: 'No file matches an entry of `inputs` of a `command` source.',
    remedy: "Correct the glob; it is relative to the project's directory.",
  },
  SOURCE_IS_FILE: {
    cause:
      'The `path` of a model is one file, and a model is a directory of weights, configuration and tokenizer.',
    remedy: 'Name the directory.',
  },
  SOURCE_MISSING: {
    cause: 'The path of a `path` source does not exist or cannot be read.',
    remedy: 'Correct the path.',
  },
  SOURCE_NOT_FOUND: {
    cause: 'The hub or server has no such repository, revision or file.',
    remedy:
      'Correct `repository`, `kind`, `revision`, `include` or `url`. A private repository needs a token.',
  },
  SOURCE_NO_WEIGHTS: {
    cause:
      "None of the files that a source takes holds weights that can be used: the source of a model needs those that llama.cpp's converter reads, a reference needs a GGUF.",
    remedy:
      'Name a repository or directory that has them. Where they are in an unusual place, name the files in `include`.',
  },
  SOURCE_REFUSED: {
    cause: 'A server answered the request for a file with an error status.',
    remedy: 'Correct the address. A server that asks for a name or a token cannot be read, the hub excepted.',
  },
  SOURCE_UNREADABLE: {
    cause:
      'Files of a `path` source, or what a `command` source reads or writes, are there by name and cannot be read: symbolic links to files that are gone (an interrupted copy of a download cache), pipes, sockets, or files without permission.',
    remedy: 'Copy or fetch them again, with what links lead to; name what is not needed in `exclude`.',
  },
  SPLIT_DIFFERS: {
    cause: 'Two models that are compared are split into different numbers of files.',
    remedy:
      'Name a shard of a GGUF that is split the same way, or merge both with `llama-gguf-split --merge`.',
  },
  SPLIT_IMPOSSIBLE: {
    cause:
      'A part of a model that is split already is larger than `splitMaxSize`, and llama-gguf-split splits whole models only.',
    remedy: 'Convert with a smaller `--split-max-size`, or quantize without `keepSplit`.',
  },
  SPLIT_INCOMPLETE: {
    cause: 'The parts that llama-gguf-split made do not hold each tensor once.',
    remedy: 'Run it again; check the disk if it repeats.',
  },
  STORE_FORMAT: {
    cause: 'The store has a format that this version of nx-gguf does not know.',
    remedy: 'Update nx-gguf, or set `NX_GGUF_STORE` to another directory.',
  },
  STORE_UNREADABLE: {
    cause: 'The directory of the store cannot be read.',
    remedy: 'Set `NX_GGUF_STORE` to the directory of a store that you can read.',
  },
  STORE_UNWRITABLE: {
    cause:
      'The directory of the store cannot be used, or another user made directories in it that this user cannot write to.',
    remedy:
      'Set `NX_GGUF_STORE` to a directory that you can write to. The owner of a shared store gives it to the group with the commands of the hint.',
  },
  SYSTEM_ERROR: {
    cause: 'The operating system refused something that no other code stands for. The message has its words.',
    remedy:
      'Run it again; if it repeats, look at the disk, the memory or the network that the message names.',
  },
  TARGET_CONTRADICTED: {
    cause:
      '`project.json` or `targetDefaults` takes away inputs, dependencies or outputs of a target, so Nx could restore a wrong result.',
    remedy: 'Delete what the message names. A list that begins with `"..."` adds to what the plugin gives.',
  },
  TARGET_MISNAMED: {
    cause:
      'A target of `project.json` does what another one does, under a name that the plugin does not know.',
    remedy: 'Give it the name of the hint.',
  },
  TARGET_UNDECLARED: {
    cause: 'A target of `project.json` has nothing in `model.json` that it is for.',
    remedy: 'Declare it in `model.json`, or remove the target (`nx sync` does).',
  },
  TEXT_TOO_SHORT: {
    cause: 'The text is too short for the context.',
    remedy: 'Use a longer text or a smaller context: the text must fill the context twice.',
  },
  TLS_UNTRUSTED: {
    cause:
      'This machine does not trust the certificate of a server: it is expired, of another name, or signed by somebody unknown.',
    remedy:
      'Check the clock. Where a proxy looks into TLS, set `NODE_EXTRA_CA_CERTS` to the file with its certificate.',
  },
  TOKEN_UNREADABLE: {
    cause: 'The token file of the hub cannot be read.',
    remedy: 'Correct `HF_TOKEN_PATH` or `HF_HOME`, or set `HF_TOKEN`.',
  },
  TOOLCHAIN_BINARY_MISSING: {
    cause: 'The directory of ready binaries lacks a program, or cannot be read.',
    remedy: 'Correct `source.path` in `toolchain.json`.',
  },
  TOOLCHAIN_BUILD_FAILED: {
    cause: 'llama.cpp could not be built, or its programs do not start.',
    remedy: 'Read the last lines of CMake or the compiler; the `doctor` target checks what a build needs.',
  },
  TOOLCHAIN_CHANGED: {
    cause: 'The toolchain on this machine is no longer what its last run recorded.',
    remedy: 'Run the target of the toolchain project that the hint names, and then this one again.',
  },
  TOOLCHAIN_COMMIT_MISMATCH: {
    cause: 'The source of llama.cpp does not hold the pinned commit.',
    remedy: 'Correct `source.commit` in `toolchain.json`.',
  },
  TOOLCHAIN_INTEGRITY: {
    cause: 'The npm package with llama.cpp is not the one that `toolchain.json` pins.',
    remedy:
      'If you changed the version, take over the integrity that `npm view` prints; otherwise do not trust the package.',
  },
  TOOLCHAIN_MISSING: {
    cause: 'The workspace has no project for llama.cpp, or its `toolchain.json` cannot be read.',
    remedy: 'Create it as the hint says, or name the right project with `toolchain` in `model.json`.',
  },
  TOOLCHAIN_SOURCE_MISSING: {
    cause: 'The toolchain consists of ready binaries, and a step needs the source of llama.cpp.',
    remedy: 'Set `source.sourcePath` in `toolchain.json` to a checkout of the same version.',
  },
  TOOLCHAIN_SOURCE_UNREACHABLE: {
    cause: 'git or npm cannot get the source of llama.cpp.',
    remedy:
      'Check the address and version in `toolchain.json`, and whether the server or your mirror can be reached.',
  },
  TOOLCHAIN_SOURCE_UNREADABLE: {
    cause: 'The checkout, bundle or directory does not hold a source of llama.cpp that can be read.',
    remedy: 'Correct `source.path`, `source.bundle` or `source.sourcePath` in `toolchain.json`.',
  },
  TOOL_BAD_ARGUMENT: {
    cause: 'This llama-perplexity does not take an argument or a value that the evaluation asks for.',
    remedy: 'Correct `evaluation` in `model.json`, or use a version of llama.cpp that has it.',
  },
  TOOL_FAILED: {
    cause: 'A program ended with an error, or by a signal.',
    remedy: 'Its last lines say why. A program that was killed often ran out of memory.',
  },
  TOOL_MISSING: {
    cause: 'A program cannot be started.',
    remedy: 'Run the `doctor` target of the toolchain project to see what is missing.',
  },
  TOO_MANY_FILES: {
    cause: 'The source takes more files than it may, or the repository has more than can be listed.',
    remedy: 'Name the files literally in `include`: then only they are asked for.',
  },
  TOO_MANY_OPEN_FILES: {
    cause: 'The process or the machine has more files open than it may.',
    remedy: 'Raise the limit (`ulimit -n`), or run fewer tasks at once.',
  },
  UNKNOWN_COMMAND: {
    cause: '`nx-gguf`, or `nx-gguf store`, has no such command.',
    remedy: 'Use one of the commands that the hint lists.',
  },
  UNSAFE_PATH: {
    cause: 'A name from a server or an archive cannot be stored safely on every system.',
    remedy: 'Leave the file out with `exclude`, or correct `member`.',
  },
  UPDATE_FAILED: {
    cause: 'A source could not be looked up. Nothing was written.',
    remedy: 'The message has the error of each source; repair these, and run the generator again.',
  },
  UPLOAD_FAILED: {
    cause: 'A transfer to the hub or the git repository broke off as often as it was tried.',
    remedy: 'Run `publish` again later: what has arrived is not sent again.',
  },
  UPLOAD_REFUSED: {
    cause: 'The storage of the hub refused a part of a file several times.',
    remedy: 'Run `publish` again later: what has arrived is not sent again.',
  },
  UPSTREAM_CHANGED: {
    cause: 'A file on a server changed while it was read.',
    remedy: 'Run it again. An address that names a revision does not change.',
  },
  URL_UNUSABLE: {
    cause: 'The text is not an http or https URL, or it holds a user name or password.',
    remedy: 'Name an http or https URL without credentials, or a path.',
  },
  VARIANT_MISSING: {
    cause: 'A target, an option or `publish` names a variant that `model.json` does not declare.',
    remedy: 'Correct the name, or declare it; `nx sync` removes targets of variants that are gone.',
  },
  VARIANT_NAME_TAKEN: {
    cause:
      'The file of a variant would have the name of the unquantized model or of the importance matrix; case does not tell them apart.',
    remedy:
      'Give the variant another name. With `"outtype": "auto"` no variant is named `BF16`: say under `convert` what the checkpoint is converted to, if it is another type.',
  },
  VARIANT_UNKNOWN: {
    cause:
      'The command line names a variant that is not declared. Nx would take the name for a configuration and run all variants.',
    remedy: 'Correct the name; the hint lists those that are declared.',
  },
  WEIGHTS_NOT_FINITE: {
    cause:
      'A tensor of the model has values that are NaN or infinite. A converted model and a reference are checked before anything is made of them; llama-quantize refuses such a model.',
    remedy:
      'Mend the checkpoint. If only the converted file has such values, convert with another `outtype` than `f16`, which ends at 65504.',
  },
  WEIGHTS_TOO_LARGE: {
    cause: 'Values of a tensor are too large for the type that the variant gives it.',
    remedy: 'Give the tensor `bf16` or `f32` with a rule in the file of `tensorTypes`.',
  },
};
