/** How the page looks: on a screen, on a small one, and on paper. Nothing is loaded. */
export const style = `
:root{color-scheme:light;--ink:#1c2730;--soft:#5b6b7a;--line:#d7dde3;--pale:#f4f6f8;--bad:#a93226;--good:#1a6b50}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:#fff;max-width:74rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.25rem;margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.5rem 0 .4rem}p{max-width:60rem}a{color:#14567a}
.soft{color:var(--soft)}.bad{color:var(--bad);font-weight:600}.good{color:var(--good);font-weight:600}
nav a{margin-right:1rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(27rem,100%),1fr));gap:1rem}
.card{border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem}.card h3{margin-top:0}.card{overflow-x:auto}
.card th,.card td{white-space:nowrap}.trouble{overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid var(--line)}
thead th{background:var(--pale);font-weight:600}tbody th{font-weight:normal}
td.n,th.n{text-align:right}td.n{white-space:nowrap}td small{display:block;color:var(--soft)}
.wide tbody th{position:sticky;left:0;background:#fff}.wide thead th:first-child{position:sticky;left:0}
tr.unmet td,tr.unmet th,td.fell{background:#fbe9e7}
.charts{display:flex;flex-wrap:wrap;gap:1rem 2rem}.charts figure{max-width:21rem}
figure{margin:.5rem 0;max-width:100%}figcaption{font-size:.9rem;color:var(--soft);max-width:44rem}
figure svg{max-width:100%;height:auto}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:0 .8rem;overflow-x:auto}
details[open]{padding-bottom:.6rem}summary{cursor:pointer;padding:.4rem 0}details>p{margin:.2rem 0}
code{font-size:.85em;overflow-wrap:anywhere}td code{white-space:pre-wrap}
dt{font-weight:600;margin-top:.6rem}dd{margin:0 0 0 1.2rem;max-width:56rem}
@media print{details{break-inside:avoid}nav{display:none}}
`;
