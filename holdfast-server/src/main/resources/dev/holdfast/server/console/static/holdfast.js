// All that runs in the browser: passkeys, and looking again when the gateway says that something changed.
// Without it every page can be read, and everything but passkeys works.

// A form with data-passkey (where the options are), data-proof (the same, for what the form says) or data-create
// (the options themselves) is sent once the passkey has answered. A button named "by" with the value "code"
// sends it without one. Listened for here, since what is live is put in place of what was there.
document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form[data-passkey], form[data-proof], form[data-create]');
  if (!form) {
    return;
  }
  if (event.submitter?.value === 'code') {
    form.elements.assertion.value = '';
    return;
  }
  event.preventDefault();
  const problem = form.querySelector('.problem');
  problem.hidden = true;
  const buttons = [...form.querySelectorAll('button')];
  buttons.forEach((button) => { button.disabled = true; });
  form.setAttribute('aria-busy', 'true');
  try {
    const answered = await credential(form);
    form.elements.assertion.value = answered ? JSON.stringify(answered.toJSON()) : '';
    form.submit();
  } catch (error) {
    problem.textContent = error.name === 'NotAllowedError'
      ? 'The passkey did not answer, or was cancelled. Nothing was sent; try again.'
      : error.message;
    problem.hidden = false;
    form.removeAttribute('aria-busy');
    buttons.forEach((button) => { button.disabled = false; });
  }
});

// Nothing where the gateway has something to say about the form: it is sent as it is, and the page tells.
async function credential(form) {
  const known = window.PublicKeyCredential?.parseRequestOptionsFromJSON;
  if (form.dataset.proof) {
    form.elements.assertion.value = '';
    const answer = await fetch(form.dataset.proof, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
    });
    return answer.ok && known ? get(await answer.json()) : null;
  }
  if (!known) {
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
  return get(options);
}

function get(options) {
  return navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey ?? options),
  });
}

// What is live is fetched again when an event says so; never while somebody is using a control in it,
// or a form in it waits for a passkey.
for (const live of document.querySelectorAll('[data-live]')) {
  let looking = false;
  const events = new EventSource(live.dataset.events);
  events.addEventListener('look', async () => {
    if (looking || document.hidden || live.contains(document.activeElement)
        || live.querySelector('[aria-busy]')) {
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
