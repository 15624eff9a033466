# SPDX-License-Identifier: GPL-3.0-or-later
"""How the page looks: light and dark, wide and narrow, on paper. All of it is in the page itself."""

from __future__ import annotations

SHEET = """
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#161b22;--soft:#57606a;--rule:#d9dee5;--link:#0550ae;
--good:#116329;--good-bg:#dafbe1;--bad:#a40e26;--bad-bg:#ffebe9;--hold:#6b4400;--hold-bg:#fff3cd;--code:#f0f2f5;
--v0:#5b8def;--v1:#12a37f;--v2:#a06cd5;--v3:#d98324;--v4:#3aa6c9;--v5:#c65b8e;--error:#d1242f;--mark:#8c96a3}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161b22;--ink:#e6edf3;--soft:#9aa5b1;--rule:#30363d;--link:#79b8ff;
--good:#7ee2a0;--good-bg:#12361f;--bad:#ffa198;--bad-bg:#4a1518;--hold:#f2cc60;--hold-bg:#3b2c07;--code:#0d1117;
--v0:#6ea0ff;--v1:#35c79a;--v2:#bd93f0;--v3:#f0a04b;--v4:#5cc4e6;--v5:#ea83b3;--error:#ff7b72;--mark:#6e7885}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth;scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;
font-variant-numeric:tabular-nums}
.wrap{max-width:64rem;margin:0 auto;padding:0 1.25rem}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem}
header.top{padding:2.75rem 0 1.5rem}
header.top p{margin:.2rem 0}
h1{font-size:clamp(1.6rem,4.5vw,2.4rem);line-height:1.15;letter-spacing:-.02em;margin:.1rem 0 .5rem}
h2{font-size:1.3rem;line-height:1.3;letter-spacing:-.01em;margin:0 0 .35rem}
h3{font-size:1rem;margin:1.6rem 0 .4rem}
h4{font-size:1rem;margin:0}
.eyebrow{color:var(--soft);font-size:.85rem;font-weight:600;letter-spacing:.04em}
.lead{font-size:1.15rem;max-width:46rem}
.soft{color:var(--soft)}
.small{font-size:.9rem}
.card{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:1.5rem;margin:0 0 1.25rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.8rem;margin:1.5rem 0 0;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:.8rem 1.1rem}
.tiles b{display:block;font-size:1.7rem;line-height:1.25;letter-spacing:-.02em}
.tiles span{color:var(--soft);font-size:.9rem}
.badge{display:inline-block;border-radius:99px;padding:.1rem .75rem;font-size:.85rem;font-weight:650;white-space:nowrap}
.is-good{color:var(--good);background:var(--good-bg)}.is-bad{color:var(--bad);background:var(--bad-bg)}.is-hold{color:var(--hold);
background:var(--hold-bg)}
.head{display:flex;gap:.4rem 1rem;align-items:baseline;justify-content:space-between;flex-wrap:wrap}
.head h2{flex:1 1 22rem}
.index{list-style:none;margin:0;padding:0;counter-reset:n}
.index li{display:flex;flex-wrap:wrap;gap:.15rem .9rem;align-items:baseline;padding:.5rem 0;border-top:1px solid var(--rule)}
.index li:first-child{border-top:0}
.index a{flex:1 1 16rem;font-weight:600;overflow-wrap:anywhere}
dl.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.7rem 1.5rem;margin:1rem 0 0}
dl.facts dt{color:var(--soft);font-size:.85rem}dl.facts dd{margin:0;overflow-wrap:anywhere}
figure{margin:1.4rem 0 0}
figcaption{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;align-items:baseline;margin-bottom:.45rem}
figcaption .name{font-weight:650}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;list-style:none;margin:0;padding:0;color:var(--soft);font-size:.9rem}
.legend svg{display:inline-block;vertical-align:-1px;margin-right:.4rem}
svg.chart{display:block;overflow:visible}
.area{stroke:none}.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke:currentColor}
.v0{fill:var(--v0)}.v1{fill:var(--v1)}.v2{fill:var(--v2)}.v3{fill:var(--v3)}.v4{fill:var(--v4)}.v5{fill:var(--v5)}
.waiting{fill-opacity:.35}
.none{fill:var(--rule)}.errors{fill:var(--error)}.p99{stroke:var(--v3)}.p50{stroke:var(--v4)}.wanted{stroke:var(--ink);
stroke-dasharray:5 4;stroke-width:1.5}
rect.p99{fill:var(--v3)}rect.p50{fill:var(--v4)}rect.wanted{fill:var(--ink)}
.grid{stroke:var(--rule);stroke-width:1}
.tick{fill:var(--soft);font-size:12px}.halo{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.hit{fill:transparent}.hit:hover{fill:var(--ink);fill-opacity:.14}
.lane{rx:5px}.lane.is-good{fill:var(--good)}.lane.is-bad{fill:var(--bad)}.lane.is-hold{fill:var(--hold)}
.lane-text{font-size:13px;font-weight:700;fill:var(--ink)}
.since{stroke:var(--mark);stroke-width:1;stroke-dasharray:2 3}
.scroll{overflow-x:auto;margin-top:.5rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--soft);padding:.25rem 0 .5rem;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .9rem .45rem 0;border-top:1px solid var(--rule)}
thead th{border-top:0;color:var(--soft);font-weight:600;font-size:.85rem;white-space:nowrap}
tbody th{font-weight:600}
td.n,th.n{text-align:right;white-space:nowrap}
td.text{overflow-wrap:anywhere;min-width:13rem}
details{margin-top:1rem}
summary{cursor:pointer;color:var(--link);font-weight:600;padding:.2rem 0}
.cause{border-left:4px solid var(--error);padding:.1rem 0 .1rem 1rem;margin:.9rem 0 0}
.cause.is-mild{border-color:var(--mark)}
.cause p{margin:.3rem 0;overflow-wrap:anywhere}
pre{background:var(--code);border:1px solid var(--rule);border-radius:8px;padding:.75rem 1rem;overflow-x:auto;font-size:.85rem;
line-height:1.5;
margin:.5rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere}
.next{border-radius:10px;padding:.7rem 1rem;margin:1rem 0 0;background:var(--hold-bg);color:var(--hold);overflow-wrap:anywhere}
.said{margin:.8rem 0 0;padding:0;list-style:none}.said li{overflow-wrap:anywhere}
footer{padding:1rem 0 3rem;color:var(--soft);font-size:.9rem}
@media (max-width:640px){.wide{display:none}.card{padding:1.1rem 1rem;border-radius:12px}header.top{padding-top:1.75rem}
.tiles{grid-template-columns:1fr 1fr}.tiles b{font-size:1.4rem}.wrap{padding:0 .8rem}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#bbb;--code:#fff}body{font-size:10.5pt}
.card,.tiles li{border-color:#bbb}
.skip,nav{display:none}figure,.cause,tr{break-inside:avoid}h2,h3{break-after:avoid}a{color:inherit;text-decoration:none}
details::details-content{content-visibility:visible;display:block;block-size:auto}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
