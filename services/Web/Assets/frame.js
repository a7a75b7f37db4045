// Tells the page around this frame how high the frame's content is. It is told to that page's origin only: to the one the browser names, or to the one that
// has asked.

const asked = 'live-verdict:hello', answer = 'live-verdict:height';
let around = originAround();

function originAround() {
  const origin = location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
  return isOrigin(origin) ? origin : null;
}

// A sandboxed page's origin is "null", which nothing can be addressed to.
function isOrigin(origin) {
  return Boolean(origin) && origin !== 'null';
}

function tell() {
  if (around && parent !== window)
    parent.postMessage({ type: answer, height: Math.ceil(document.documentElement.getBoundingClientRect().height) }, around);
}

addEventListener('message', ({ source, origin, data }) => {
  if (source !== parent || data?.type !== asked || !isOrigin(origin))
    return;
  around = origin;
  tell();
});
new ResizeObserver(tell).observe(document.documentElement);
