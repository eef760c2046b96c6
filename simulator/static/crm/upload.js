// Uploads the chosen zip unchanged; the text of the answer says why an archive was refused.
'use strict';

for (const form of document.querySelectorAll('form[data-upload]')) {
  form.addEventListener('submit', async function (event) {
    event.preventDefault();
    const status = form.querySelector('[role=status]');
    const query = new URLSearchParams({ integration: form.elements.integration.value, code: form.elements.code.value });
    try {
      const answer = await fetch(form.dataset.upload + '?' + query, { method: 'POST', body: form.elements.zip.files[0] });
      if (answer.ok) location.reload();
      else status.textContent = await answer.text();
    } catch (error) {
      status.textContent = String(error);
    }
  });
}
