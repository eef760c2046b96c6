//! Strangers' words in a real browser, on every page of panel, widget and manager: nothing of them runs and nothing of
//! them is drawn.

use parom_tests::settings::{ATTACKS, HOST, batches};
use parom_tests::{Browser, Place, Site, World};
use serde_json::{Value, json};
use simulator::crm::{Attachment, HookMessage};
use uuid::Uuid;

use super::{enters, installed};

/// In every page and frame before its own scripts: notes what an attack would do.
const TRIPWIRE: &str = r"(() => {
  let book = window;
  try { top.document; book = top; } catch (error) { book = window; }
  book.__fired = book.__fired || [];
  for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { book.__fired.push(name); };
  document.addEventListener('securitypolicyviolation', (event) =>
    book.__fired.push(['policy', event.violatedDirective, event.blockedURI, event.sample].join(' ')));
})()";

/// Executed payloads, elements that no page of ours contains, and the page's whole text.
const LOOK: &str = r"
  const drawn = [];
  const never = ['iframe', 'frame', 'object', 'embed', 'video', 'audio', 'source', 'math', 'base', 'template', 'foreignobject'];
  const note = (node) => drawn.push((node.outerHTML || '<!--' + node.data).slice(0, 200));
  const nodes = [];
  const walk = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      nodes.push(node);
      if (node.shadowRoot) walk(node.shadowRoot);
    }
  };
  walk(document);
  const shadows = nodes.map((node) => node.shadowRoot).filter(Boolean);
  for (const node of nodes) {
    if (node.nodeType === 8) {
      if (/alert|evil|</.test(node.data)) note(node);
      continue;
    }
    const attributes = node.attributes ? [...node.attributes] : [];
    const name = node.localName || '';
    if (never.includes(name)
      || attributes.some((one) => /^on/i.test(one.name))
      || attributes.some((one) => /^(href|src|action|formaction|data|content|xlink:href)$/i.test(one.name)
        && (/^[\s]*javascript:/i.test(one.value) || one.value.includes('//evil.example')))
      || ['script', 'style'].includes(name) && /alert\(|display:none\}/.test(node.textContent)
      || name === 'meta' && node.httpEquiv === 'refresh'
      || name === 'b' && node.textContent === 'bold') note(node);
  }
  const fired = window.__fired ? [...window.__fired] : ['the tripwire is not there'];
  if (location.protocol === 'chrome-error:') fired.push('the page has gone');
  const fields = [...document.querySelectorAll('input, textarea')].map((one) => one.value);
  const hidden = shadows.map((shadow) => shadow.textContent);
  return { fired, drawn, text: [document.title, document.body.textContent, ...hidden, ...fields].join('\n') };
";

/// What the page here would give away.
async fn look(browser: &Browser) -> (Vec<Value>, String) {
    let found = browser.run(LOOK, vec![]).await;
    let list = |key: &str| found[key].as_array().expect("a list").clone();
    let text = found["text"].as_str().expect("words").to_owned();
    (list("fired").into_iter().chain(list("drawn")).collect(), text)
}

/// Fails the test when something of an attack runs or is drawn; gives the page's words.
async fn is_calm(browser: &Browser) -> String {
    let (found, text) = look(browser).await;
    assert_eq!(found, Vec::<Value>::new(), "at {}", browser.url().await);
    text
}

/// The same, and these texts are displayed unchanged.
async fn shows(browser: &Browser, wanted: &[&str]) {
    let text = is_calm(browser).await;
    for one in wanted {
        assert!(text.contains(one), "{} does not show {one}:\n{text}", browser.url().await);
    }
}

/// A browser with the tripwire.
async fn wary() -> Option<Browser> {
    let browser = Browser::open("en").await?;
    browser.on_every_page(TRIPWIRE).await;
    Some(browser)
}

/// A chat whose every text is an attack, on a page of a site and on its own; and what the panel knows of its visitor.
async fn a_chat_of_attacks(
    browser: &Browser,
    world: &World,
    tenant_id: Uuid,
    site: &Site,
    number: usize,
    attack: &str,
) {
    let hours = json!({"time_zone": "UTC", "hours": ["mon 00:00-00:01"], "text": attack});
    let settings = json!({"allowed_origins": [site.stranger("")], "title": ATTACKS[number % ATTACKS.len()],
        "greeting": attack, "consent_text": attack, "working_hours": hours});
    let source = json!({"kind": "webchat", "name": "Site", "settings": settings});
    let made = world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201);
    let chat = format!("{}/chat/{}", world.api.base(), made.text_at("/id"));
    site.writes(
        "/",
        &format!("<!doctype html><title>s</title><body><script src=\"{chat}/embed.js\" async></script>"),
        "",
    );
    browser.goto(&site.stranger("/?utm_source=<script>alert(1)</script>")).await;
    let there = "if (!window.Parom) return false; Parom.open(); document.title = arguments[0];\
        return Boolean(document.querySelector('parom-chat').shadowRoot.getElementById('text'))";
    browser.until("the chat is open", async || browser.run(there, vec![json!(attack)]).await == json!(true)).await;
    let write = "const root = document.querySelector('parom-chat').shadowRoot; root.getElementById('consent').click();\
        root.getElementById('text').value = arguments[0]; root.getElementById('form').requestSubmit()";
    browser.run(write, vec![json!(attack)]).await;
    let message = async || world.sandbox.messages(HOST).into_iter().find(|one| one.text == attack);
    let message = world.until("amoCRM has it", message).await;
    let file =
        HookMessage::attachment(Attachment::sample("file").named(ATTACKS[number % ATTACKS.len()])).caption(attack);
    world.sandbox.manager_says(HOST, &message.chat_id, attack).await.expect("the hook");
    world.sandbox.manager_sends(HOST, &message.chat_id, file).await.expect("the hook");
    let all = "return document.querySelector('parom-chat').shadowRoot.querySelectorAll('.theirs').length === 2";
    browser.until("the answers are there", async || browser.run(all, vec![]).await == json!(true)).await;
    // Greeting, hours, messages of both sides.
    let text = is_calm(browser).await;
    assert!(text.matches(attack).count() >= 5, "{attack}: {text}");
    browser.goto(&chat).await;
    browser.find("#form [aria-controls=smileys]").await;
    shows(browser, &[attack]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_strangers_words_runs_in_the_chat() {
    let Some(browser) = wary().await else { return };
    let (world, tenant_id) = installed().await;
    let site = Site::start();
    for (number, attack) in batches(1_500).iter().enumerate() {
        a_chat_of_attacks(&browser, &world, tenant_id, &site, number, attack).await;
    }
    enters(&browser, &world, tenant_id).await;
    let chats: std::collections::BTreeSet<Uuid> =
        world.messages().await.iter().map(|one| one.conversation_id).collect();
    for chat in chats {
        browser.goto(&format!("{}/panel/conversations/{chat}", world.api.base())).await;
        shows(&browser, &["source: <script>alert(1)</script>"]).await;
    }
    browser.close().await;
    world.close().await;
}

/// What would be missed otherwise: each attack that can do harm is noticed where it does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tripwire_notices_what_really_runs() {
    let Some(browser) = wary().await else { return };
    let site = Site::start();
    for attack in ATTACKS {
        // These do harm only within an attribute, or in no page at all.
        let harmless = !attack.contains('<') || attack.starts_with("{{");
        site.writes("/", &format!("<!doctype html><title>t</title><body><p>{attack}</p>"), "");
        browser.goto(&site.neighbour("/")).await;
        assert_eq!(look(&browser).await.0.is_empty(), harmless, "{attack}");
    }
    site.writes("/", "<!doctype html><body><p title=x onmouseover=alert(1) x=>x</p>", "");
    browser.goto(&site.neighbour("/")).await;
    assert_eq!(look(&browser).await.0.len(), 1);
    site.writes("/", "<!doctype html><body><script>alert(1)</script>", "");
    browser.goto(&site.neighbour("/")).await;
    assert!(look(&browser).await.0.contains(&json!("alert")), "it ran");
    site.writes("/", "<!doctype html><body><script>alert(1)</script>", "script-src 'none'");
    browser.goto(&site.neighbour("/")).await;
    let (found, _) = look(&browser).await;
    let by_policy = |one: &Value| one.as_str().is_some_and(|text| text.starts_with("policy script-src"));
    assert!(found.iter().any(by_policy) && !found.contains(&json!("alert")), "{found:?}");
    browser.close().await;
}
