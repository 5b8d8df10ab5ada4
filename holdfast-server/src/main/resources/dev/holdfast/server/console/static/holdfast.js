// All that runs in the browser: passkeys, and looking again when the gateway says that something changed.
// Without it every page can be read, and everything but passkeys works.

// A form with data-passkey (where the options are) or data-create (the options themselves) is sent once the
// passkey has answered. A button named "by" with the value "code" sends it without one.
for (const form of document.querySelectorAll('form[data-passkey], form[data-create]')) {
  form.addEventListener('submit', async (event) => {
    if (event.submitter?.value === 'code') {
      form.elements.assertion.value = '';
      return;
    }
    event.preventDefault();
    const problem = form.querySelector('.problem');
    problem.hidden = true;
    const buttons = [...form.querySelectorAll('button')];
    buttons.forEach((button) => { button.disabled = true; });
    try {
      form.elements.assertion.value = JSON.stringify((await credential(form)).toJSON());
      form.submit();
    } catch (error) {
      problem.textContent = error.name === 'NotAllowedError'
        ? 'The passkey did not answer, or was cancelled. Nothing was sent; try again.'
        : error.message;
      problem.hidden = false;
      buttons.forEach((button) => { button.disabled = false; });
    }
  });
}

async function credential(form) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    throw new Error('This browser knows no passkeys here. Use a code, or open the console by https.');
  }
  if (form.dataset.create) {
    const options = JSON.parse(form.dataset.create);
    return navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey ?? options),
    });
  }
  const answer = await fetch(form.dataset.passkey, { headers: { Accept: 'application/json' } });
  const options = await answer.json();
  if (!answer.ok) {
    throw new Error(options.error?.message ?? 'The gateway refused; load the page anew.');
  }
  return navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey ?? options),
  });
}

// What is live is fetched again when an event says so; never while somebody is using a control in it.
for (const live of document.querySelectorAll('[data-live]')) {
  let looking = false;
  const events = new EventSource(live.dataset.events);
  events.addEventListener('look', async () => {
    if (looking || document.hidden || live.contains(document.activeElement)) {
      return;
    }
    looking = true;
    try {
      const answer = await fetch(live.dataset.live);
      if (answer.ok) {
        live.innerHTML = await answer.text();
      } else {
        location.reload();
      }
    } finally {
      looking = false;
    }
  });
}
