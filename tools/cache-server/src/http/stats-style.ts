/** The style of the page for people, light and dark as its reader has it. */
export const style = `
:root{color-scheme:light dark;--page:#fff;--text:#1f2328;--quiet:#59636e;--grid:#d8dee4;--rest:#eaeef2;--used:#0969da;--promised:#8250df}
@media(prefers-color-scheme:dark){:root{--page:#0d1117;--text:#e6edf3;--quiet:#9198a1;--grid:#30363d;--rest:#21262d;--used:#58a6ff;--promised:#a371f7}}
body{font:15px/1.5 system-ui,sans-serif;max-width:52rem;margin:2.5rem auto;padding:0 1.25rem;color:var(--text);background:var(--page)}
h1{font-size:1.35rem;margin:0}
h2{font-size:1rem;margin:2.25rem 0 .5rem}
p{margin:.5rem 0}
.quiet{color:var(--quiet)}
.bar{display:flex;position:relative;height:.9rem;border-radius:.45rem;overflow:hidden;background:var(--rest)}
.bar i{flex:none;height:100%;min-width:2px}
.used{background:var(--used)}
.promised{background:var(--promised)}
.bar b{position:absolute;top:0;height:100%;border-left:2px solid var(--page)}
.key{display:inline-block;width:.7rem;height:.7rem;border-radius:.2rem;margin-right:.4rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th{font-weight:600;color:var(--quiet)}
td,th{padding:.35rem 1.25rem .35rem 0;text-align:left;border-bottom:1px solid var(--grid);white-space:nowrap}
td:last-child,th:last-child{padding-right:0}
.number{text-align:right;font-variant-numeric:tabular-nums}
`.trim();
