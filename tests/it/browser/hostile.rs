//! Strangers' words in a real browser, on every page of panel, widget and manager: nothing of them runs and nothing of
//! them is drawn.

use parom_tests::payloads::{ATTACKS, batches};
use parom_tests::settings::HOST;
use parom_tests::{Answer, Browser, Place, Site, World};
use serde_json::{Value, json};
use simulator::crm::{Attachment, ChatView, HookMessage};
use uuid::Uuid;

use super::{crm_page, enters, installed, opens_widget, presses};

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

/// An account in which every name, text and id is an attack: a source for each batch of them, with one conversation.
struct House {
    tenant_id: Uuid,
    batches: Vec<String>,
}

impl House {
    fn all(&self) -> Vec<&str> {
        self.batches.iter().map(String::as_str).collect()
    }
}

async fn full_of_attacks(world: &World, tenant_id: Uuid) -> House {
    let batches = batches(240);
    assert!((20..=50).contains(&batches.len()), "{} sources", batches.len());
    let path = format!("/api/v1/tenants/{tenant_id}/sources");
    for (number, batch) in batches.iter().enumerate() {
        let source = json!({"kind": "custom", "name": batch, "settings": {"webhook_url": world.messenger.url()}});
        let made = world.api.post(&path, &source).await.is(201);
        let source_id = made.text_at("/id");
        world.messenger.knows(&source_id, &made.text_at("/webhook_secret"));
        let message = json!({
            "id": format!("{number} {batch}"),
            "conversation": {"id": batch},
            "sender": {"role": "client", "id": batch, "name": batch},
            "content": {"type": "text", "text": batch},
        });
        world.api.post(&format!("/api/v1/sources/{source_id}/messages"), &message).await.is(202);
    }
    let all = async || (world.sandbox.messages(HOST).len() == batches.len()).then_some(());
    world.until("all attacks are in the CRM", all).await;
    // A messenger that answers an attack by the attack.
    world.messenger.answers_by(|received| Answer::Status(422, json!({"error": received.text()})));
    for chat in world.sandbox.chats(HOST) {
        let file = HookMessage::attachment(Attachment::sample("file").named(&chat.name)).caption(&chat.name);
        world.sandbox.manager_says(HOST, &chat.id, &chat.name).await.expect("the hook");
        world.sandbox.manager_sends(HOST, &chat.id, file).await.expect("the hook");
    }
    world.carries_all().await;
    assert_eq!(world.messages().await.len(), batches.len() * 3);
    House { tenant_id, batches }
}

/// A list with all older entries: each text is somewhere in it.
async fn list_shows(browser: &Browser, url: &str, wanted: &[&str]) {
    browser.goto(url).await;
    let mut text = is_calm(browser).await;
    loop {
        let next = "const next = document.querySelector('a[rel=next]'); return next ? next.href : null";
        let next = browser.run(next, vec![]).await;
        let Some(next) = next.as_str() else { break };
        browser.goto(next).await;
        text.push_str(&is_calm(browser).await);
    }
    for one in wanted {
        assert!(text.contains(one), "{url} does not show {one}:\n{text}");
    }
}

/// Presses "show the text" of a message, from any open page of the panel; gives its words.
async fn read(browser: &Browser, message: Uuid) -> String {
    let script = "const form = document.createElement('form'); form.method = 'post'; form.action = arguments[0];\
        form.append(document.querySelector('input[name=csrf]').cloneNode()); document.body.append(form); form.submit()";
    let path = format!("/panel/messages/{message}/text");
    browser.run(script, vec![json!(path)]).await;
    browser.until("the text is shown", async || browser.url().await.ends_with(&path)).await;
    browser.find("section[aria-labelledby=text]").await;
    is_calm(browser).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_strangers_words_runs_in_the_panel() {
    let Some(browser) = wary().await else { return };
    let (world, tenant_id) = installed().await;
    let house = full_of_attacks(&world, tenant_id).await;
    let base = world.api.base();
    enters(&browser, &world, house.tenant_id).await;
    let all = house.all();
    for path in ["messages?period=all", "conversations", "undelivered?period=all", "sources", "webhooks"] {
        list_shows(&browser, &format!("{base}/panel/{path}"), &all).await;
    }
    for path in ["", "/audit", "/account", "/keys", "/sources/new", "/data"] {
        list_shows(&browser, &format!("{base}/panel{path}"), &[]).await;
    }
    // A third of each; `pages::hostile` opens all of them by HTTP.
    let shows_one = async |text: String| {
        let is_there = house.batches.iter().any(|batch| text.contains(batch.as_str()));
        assert!(is_there, "{} shows no attack: {text}", browser.url().await);
    };
    let (from_customers, answers): (Vec<_>, Vec<_>) =
        world.messages().await.into_iter().partition(|one| one.direction == 1);
    let (files, texts): (Vec<_>, Vec<_>) = answers.into_iter().partition(|one| one.body.contains("file_name"));
    assert_eq!((from_customers.len(), files.len(), texts.len()), (all.len(), all.len(), all.len()));
    for message in from_customers.iter().step_by(3) {
        browser.goto(&format!("{base}/panel/conversations/{}", message.conversation_id)).await;
        shows_one(is_calm(&browser).await).await;
    }
    for message in from_customers.iter().skip(1).chain(&files).step_by(3) {
        shows_one(read(&browser, message.id).await).await;
    }
    for message in texts.iter().step_by(3) {
        // The messenger's own words, folded away.
        browser.goto(&format!("{base}/panel/messages/{}", message.id)).await;
        shows_one(is_calm(&browser).await).await;
    }
    browser.close().await;
    world.close().await;
}

/// Contacts and chats that one card may show.
const CARD: usize = 20;

fn contacts_of(chats: &[ChatView]) -> String {
    let id = |chat: &ChatView| format!("contact_id={}", chat.lead.as_ref().expect("an incoming lead").contact_id);
    chats.iter().map(id).collect::<Vec<_>>().join("&")
}

/// Leads with many contacts, which the sandbox does not have: the card asks for those of its number in the address.
fn one_card_for_many(contacts: &[String]) -> String {
    format!(
        "(() => {{ const lists = {}, open = XMLHttpRequest.prototype.open;\
           XMLHttpRequest.prototype.open = function (method, url, ...rest) {{\
             const list = lists[Number(new URLSearchParams(location.search).get('card'))];\
             return open.call(this, method, url.replace(/contact_id=\\d+/, list), ...rest); }}; }})()",
        json!(contacts)
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_strangers_words_runs_in_the_crm() {
    let Some(browser) = wary().await else { return };
    let (world, tenant_id) = installed().await;
    let house = full_of_attacks(&world, tenant_id).await;
    let all = house.all();

    // The widget: all sources, and each with its questions.
    opens_widget(&browser, &world).await;
    browser.find(".parom-widget .parom-row").await;
    shows(&browser, &all).await;
    let keys = "return [...document.querySelectorAll('[data-key^=open-]')].map(one => one.dataset.key)";
    let keys = browser.run(keys, vec![]).await;
    let keys: Vec<&str> = keys.as_array().expect("keys").iter().filter_map(Value::as_str).collect();
    assert_eq!(keys.len(), all.len());
    for (key, question) in keys.into_iter().zip(["pause", "delete"].into_iter().cycle()) {
        presses(&browser, key).await;
        presses(&browser, question).await;
        browser.find("#parom-question").await;
        let text = is_calm(&browser).await;
        assert!(house.batches.iter().any(|batch| text.contains(batch.as_str())), "{text}");
        presses(&browser, "cancel").await;
        presses(&browser, "back").await;
    }
    presses(&browser, "add").await;
    browser.find("[data-key=kind-webchat]").await;
    is_calm(&browser).await;

    // The lead cards, and the manager's window.
    let chats = world.sandbox.chats(HOST);
    let cards: Vec<_> = chats.chunks(CARD).collect();
    let contacts: Vec<String> = cards.iter().map(|card| contacts_of(card)).collect();
    browser.on_every_page(&one_card_for_many(&contacts)).await;
    for (number, card) in cards.iter().enumerate() {
        let lead = card[0].lead.as_ref().expect("an incoming lead").id;
        browser.goto(&crm_page(&world, &format!("leads/{lead}?card={number}"))).await;
        browser.find(&format!(".parom-chat:nth-child({})", card.len())).await;
        shows(&browser, &card.iter().map(|chat| chat.name.as_str()).collect::<Vec<_>>()).await;
    }
    for path in ["leads", "pipelines"] {
        browser.goto(&crm_page(&world, path)).await;
        is_calm(&browser).await;
    }
    browser.goto(&crm_page(&world, "")).await;
    shows(&browser, &all).await;
    let rows = "return [...document.querySelectorAll('#chat-rows a')].map(one => one.href)";
    let rows = browser.run(rows, vec![]).await;
    for row in rows.as_array().expect("rows").iter().filter_map(Value::as_str) {
        browser.goto(row).await;
        browser.find("#message-rows li:nth-child(3)").await;
        is_calm(&browser).await;
    }
    let failures =
        browser.run("return [...document.querySelectorAll('#host-errors li')].map(one => one.textContent)", vec![]);
    assert_eq!(failures.await, json!([]));
    browser.close().await;
    world.close().await;
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
