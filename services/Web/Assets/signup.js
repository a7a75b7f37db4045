// Signs up for the newsletter without leaving the page. The words are those of the page that the form would lead to.

for (const form of document.querySelectorAll('.sign-up form'))
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), signal: AbortSignal.timeout(20_000) }).catch(() => null);
    button.disabled = false;
    if (!answer)
      return complain(form, 'The server can’t be reached right now. Please try again in a moment.');
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!answer.ok)
      return complain(form, page.querySelector('.problem')?.textContent ?? 'Signing up is unavailable right now. Please try again in a moment.');
    const said = document.createElement('div');
    said.className = 'sound';
    said.tabIndex = -1;
    const [title, ...paragraphs] = page.querySelectorAll('main h1, main p:not(:has(a))');
    said.append(Object.assign(document.createElement('strong'), { textContent: title.textContent }),
      ...paragraphs.map(({ textContent }) => Object.assign(document.createElement('p'), { textContent })));
    form.replaceWith(said);
    said.focus();
  });

// What was typed stays, and what is wrong with it stands beside it.
function complain(form, problem) {
  const email = form.querySelector('[type=email]');
  let where = form.querySelector('.problem');
  if (!where) {
    where = Object.assign(document.createElement('p'), { className: 'problem', id: 'email-problem' });
    where.setAttribute('role', 'alert');
    form.append(where);
  }
  where.textContent = problem;
  email.setAttribute('aria-invalid', 'true');
  email.setAttribute('aria-describedby', where.id);
  email.focus();
}
