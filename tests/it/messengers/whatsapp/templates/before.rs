//! Templates that Meta approved before Parom was connected: sent as what they are (whatsapp §9).

use parom::template::{TemplateMatch, bring_in, expected};
use parom_tests::both;
use parom_tests::settings::HOST;
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use simulator::whatsapp::Fault;

use super::super::{Chat, WhatsAppWorld, chatting, failure};
use super::{CONTENT, DAY, at_crm, steps};

const PARAMS: &[(&str, &str)] = &[("{{contact.name}}", "Maria"), ("{{lead.id}}", "7")];
const LIST: &str = "message_templates";
const TEXT: &str = "Hello {{1}}, your order {{2}} is ready at Acme.";

fn message(id: i64, external_id: Option<&str>, content: &str) -> HookMessage {
    HookMessage::text("").template(id, external_id, content, PARAMS)
}

/// Another service has submitted it, and Meta has approved it.
async fn approved(world: &WhatsAppWorld, chat: &Chat, name: &str, language: &str, text: &str, more: &[Value]) {
    let example = json!({"body_text": [["Ann", "1592"]]});
    let mut components = vec![if text.contains("{{") {
        json!({"type": "BODY", "text": text, "example": example})
    } else {
        json!({"type": "BODY", "text": text})
    }];
    components.extend_from_slice(more);
    let fields = json!({"name": name, "language": language, "category": "UTILITY", "components": components});
    let url = format!("{}/v26.0/{}/message_templates", world.messenger.base_url(), chat.number.waba);
    let call = world.app().http.trusted().post(url).bearer_auth(&chat.number.token).json(&fields);
    let made: Value = call.send().await.unwrap().json().await.unwrap();
    world.messenger.approve(made["id"].as_str().unwrap_or_else(|| panic!("{made}"))).unwrap();
}

async fn a_message_finds_what_meta_approved_before(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let headline = json!({"type": "HEADER", "format": "TEXT", "text": "Acme"});
    approved(world, &chat, "order_ready", "ru", TEXT, &[headline]).await;
    world.advance(DAY);
    // amoCRM's list does not show templates of another integration: the message itself names this one.
    let said = chat.manager_gets_through(world, message(990_001, Some("order_ready"), CONTENT)).await;
    let sent = chat.last_sent(world);
    assert_eq!((sent.kind.as_str(), sent.error()), ("template", None), "{}", sent.json);
    assert_eq!(sent.json["template"]["name"], "order_ready");
    assert!(sent.text.contains("order 7 is ready"), "{}", sent.text);
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
    // Known from now on, and without a name of ours found by its text.
    let before = world.messenger.calls_of(LIST).len();
    chat.manager_gets_through(world, message(990_001, None, CONTENT)).await;
    assert_eq!(chat.last_sent(world).json["template"]["name"], "order_ready");
    assert_eq!(world.messenger.calls_of(LIST).len(), before, "Meta is not asked again");
}

/// What is not surely the approved one is not sent as it.
async fn what_differs_is_not_taken_for_it(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let variable =
        json!({"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["7"]}});
    approved(world, &chat, "order_ready", "ru", "Hello {{1}}, order {{2}} is ready at Acme.", &[]).await;
    approved(world, &chat, "headline", "ru", TEXT, &[variable]).await;
    world.advance(DAY);
    for external_id in ["order_ready", "headline"] {
        let said = chat.manager_gets_through(world, message(990_001, Some(external_id), CONTENT)).await;
        let (code, words) = failure(world, &said);
        assert!(code == 905 && words.contains("не одобрял шаблон с таким текстом"), "{external_id}: {code} {words}");
    }
    assert!(chat.sent(world).iter().all(|one| one.kind != "template"));
}

/// Two languages have the same text: its name alone does not say which.
async fn of_two_with_one_text_none_is_guessed(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    approved(world, &chat, "order_ready", "ru", TEXT, &[]).await;
    approved(world, &chat, "order_ready", "kk", TEXT, &[]).await;
    world.advance(DAY);
    let said = chat.manager_gets_through(world, message(990_001, Some("order_ready"), CONTENT)).await;
    assert_eq!(failure(world, &said).0, 905);
}

/// A message waits while Meta does not say what it has.
async fn a_message_waits_for_metas_list(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    approved(world, &chat, "order_ready", "ru", TEXT, &[]).await;
    world.advance(DAY);
    world.messenger.faults().next(LIST, 1, Fault::ServerError { status: 503 });
    let said = chat.manager_sends(world, message(990_001, Some("order_ready"), CONTENT)).await;
    world.deliver_to_the_end().await;
    assert_eq!(chat.last_sent(world).json["template"]["name"], "order_ready");
    super::super::arrives(world).await;
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
}

/// amoCRM's own templates are brought in once a day, and amoCRM hears that Meta has approved them.
async fn amocrms_templates_are_matched_once_a_day(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let (id, key) = super::own(world, &chat, "Order ready").await;
    approved(world, &chat, &format!("order_ready_{id}"), "ru", TEXT, &[]).await;
    approved(world, &chat, "at_meta_alone", "ru", "We are closed today.", &[]).await;
    approved(world, &chat, "order_ready_kk", "kk", TEXT, &[]).await;
    assert_eq!(world.works("template_lists").await, 1);
    steps(world).await;
    assert_eq!(at_crm(world, id), ("approved".to_owned(), String::new()));
    world.advance(DAY);
    chat.manager_gets_through(world, message(id, Some(key), CONTENT)).await;
    assert_eq!(chat.last_sent(world).json["template"]["name"], format!("order_ready_{id}"));

    let source = parom::source::find(&world.app().sources, chat.line.tenant_id, chat.line.source_id).await.unwrap();
    let mut both = bring_in(&world.app().sources, &source).await.unwrap().listed;
    both.sort_by(|one, other| one.name.cmp(&other.name));
    let both: Vec<_> = both.iter().map(|one| (one.name.as_str(), one.found)).collect();
    let known = format!("order_ready_{id}");
    assert_eq!(
        both,
        [
            ("at_meta_alone", TemplateMatch::Absent),
            (known.as_str(), TemplateMatch::Known),
            ("order_ready_kk", TemplateMatch::Language),
        ]
    );
    let panel = world.panel(chat.line.tenant_id).await;
    panel.opens("/panel/templates/register").await.is(200).says(&["at_meta_alone", "has another language"]);
    panel.does("/panel/templates/bring", &[]).await.says(&["Nothing new"]);
    assert_eq!(world.sandbox.templates(HOST).len(), 1);
}

/// Each is named with what differs, and a shadow is told what it could send without entering anything.
async fn what_differs_is_named(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let headline = json!({"type": "HEADER", "format": "TEXT", "text": "Acme"});
    let [text, title] = ["0190aaaa-bbbb-7ccc-8ddd-eeeeffff0011", "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0012"];
    let text = super::own_as(world, &chat, "Another text", text).await;
    let title = super::own_as(world, &chat, "Headline", title).await;
    approved(world, &chat, &format!("another_text_{text}"), "ru", "Hello {{1}}, order {{2}} is ready at Acme.", &[])
        .await;
    approved(world, &chat, &format!("headline_{title}"), "ru", TEXT, &[headline]).await;
    let source = parom::source::find(&world.app().sources, chat.line.tenant_id, chat.line.source_id).await.unwrap();
    let could = expected(&world.app().sources, &source).await.unwrap();
    assert_eq!((could.ready.len(), could.absent), (0, 2));
    let mut both = bring_in(&world.app().sources, &source).await.unwrap().listed;
    both.sort_by(|one, other| one.name.cmp(&other.name));
    let both: Vec<_> = both.iter().map(|one| one.found).collect();
    assert_eq!(both, [TemplateMatch::Text, TemplateMatch::Headline]);
    approved(world, &chat, "order_ready", "ru", TEXT, &[]).await;
    let could = expected(&world.app().sources, &source).await.unwrap();
    assert_eq!((could.ready.len(), could.absent), (2, 2), "both texts of amoCRM are the one that came now");
}

/// A person puts amoCRM's markers where Meta's variables stand; nothing is reviewed a second time.
async fn what_meta_has_alone_is_created_in_amocrm(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.works("subscriptions").await;
    approved(world, &chat, "at_meta_alone", "ru", TEXT, &[]).await;
    let panel = world.panel(chat.line.tenant_id).await;
    panel.does("/panel/templates/bring", &[]).await.says(&["Nothing new"]);
    let from = format!("/panel/templates/new?source={}&name=at_meta_alone&language=ru", chat.line.source_id);
    panel.opens("/panel/templates/register").await.is(200).says(&[&from.replace('&', "&#38;"), "Create in amoCRM"]);
    let form = panel.opens(&from).await.is(200);
    form.says(&[TEXT]);
    let (key, source) = (form.field("key"), form.field("source"));
    let (key, source) = (key.as_str(), source.as_str());
    let fields = |text: &'static str, examples: &'static str| {
        [
            ("key", key),
            ("source", source),
            ("name", "At Meta alone"),
            ("kind", "waba"),
            ("text", text),
            ("language", "ru"),
            ("category", "UTILITY"),
            ("examples", examples),
        ]
    };
    panel.sends("/panel/templates", &fields(TEXT, "")).await.is(422).says(&["there is no marker {{1}}, {{2}}."]);
    let examples = "{{contact.name}} = Ann\n{{lead.id}} = 7";
    panel.does("/panel/templates", &fields(CONTENT, examples)).await.says(&["it can be sent"]);
    let id = world.sandbox.templates(HOST)[0]["id"].as_i64().unwrap();
    steps(world).await;
    assert_eq!(at_crm(world, id), ("approved".to_owned(), String::new()));
    assert_eq!(world.messenger.templates(&chat.number.waba).len(), 1, "Meta reviewed it before");
    let found = world.api.post(&chat.line.path("/templates/bring"), &json!({})).await.is(200).json;
    assert_eq!((&found["taken"], &found["items"][0]["found"]), (&json!(0), &json!("known")));
    world.advance(DAY);
    chat.manager_gets_through(world, message(id, Some(key), CONTENT)).await;
    assert_eq!(chat.last_sent(world).json["template"]["name"], "at_meta_alone");
}

both!(
    a_message_finds_what_meta_approved_before,
    what_differs_is_not_taken_for_it,
    of_two_with_one_text_none_is_guessed,
    a_message_waits_for_metas_list,
    amocrms_templates_are_matched_once_a_day,
    what_differs_is_named,
    what_meta_has_alone_is_created_in_amocrm,
);
