//! Templates: made in amoCRM, reviewed by Meta, sent at any time (whatsapp §9).

mod before;
mod files;
mod names;
mod sent;

use std::time::Duration;

use parom::template::{TemplateDraft, create};
use parom_tests::settings::HOST;
use parom_tests::{Line, World, both};
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use simulator::whatsapp::{Review, TemplateView};

use super::{Chat, WhatsAppWorld, arrives, chatting};

const DAY: Duration = Duration::from_secs(25 * 3_600);
const CONTENT: &str = "Hello {{contact.name}}, your order {{lead.id}} is ready at Acme.";

/// A user's template, which no token of ours can see; its review is requested.
async fn requested(world: &mut WhatsAppWorld, chat: &Chat, more: Value) -> i64 {
    let mut fields = json!({
        "waba_header": "Acme", "waba_header_type": "text", "waba_footer": "Thanks",
        "waba_examples": {"{{lead.id}}": "1592", "{{contact.name}}": "Ann"},
    });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    submitted(world, &chat.line, "Order ready", CONTENT, &fields).await
}

/// The same with this name and text.
pub async fn submitted(world: &World, line: &Line, name: &str, content: &str, more: &Value) -> i64 {
    world.works("subscriptions").await;
    let mut fields = json!({"type": "waba", "waba_category": "UTILITY", "waba_language": "ru"});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let id = world.sandbox.add_template(&line.host, name, content, fields);
    asked(world, line, id).await;
    id
}

/// A template that Parom made itself; gives its id and its external id.
async fn own(world: &World, chat: &Chat, name: &str) -> (i64, &'static str) {
    let key = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0009";
    (own_as(world, chat, name, key).await, key)
}

async fn own_as(world: &World, chat: &Chat, name: &str, key: &str) -> i64 {
    world.works("subscriptions").await;
    let examples = [("{{contact.name}}", "Maria"), ("{{lead.id}}", "7")];
    let draft = TemplateDraft {
        name: name.to_owned(),
        text: CONTENT.to_owned(),
        is_waba: true,
        language: "ru".to_owned(),
        category: "UTILITY".to_owned(),
        examples: examples.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        ..TemplateDraft::default()
    };
    create(&world.app().sources, chat.line.tenant_id, key, &draft).await.unwrap().id
}

/// A review is requested in amoCRM, and submitted.
async fn asked(world: &World, line: &Line, id: i64) {
    assert!(world.sandbox.ask_template_review(&line.host, id), "the source is one of official WhatsApp");
    let waits = async || listed(world, line, id).await.filter(|row| row["status"] == "waiting");
    world.until("the request is stored", waits).await;
    steps(world).await;
}

/// The template as the public API returns it.
async fn listed(world: &World, line: &Line, id: i64) -> Option<Value> {
    let all = world.api.get(&line.path("/templates")).await.is(200).json;
    all["items"]
        .as_array()?
        .iter()
        .find(|row| row["amocrm_template_id"].as_str() == Some(id.to_string().as_str()))
        .cloned()
}

pub async fn steps(world: &World) {
    while world.works("templates").await > 0 {}
}

/// Meta decides, and amoCRM receives the decision.
pub async fn decided(world: &mut WhatsAppWorld, template: &TemplateView, review: Review) {
    world.messenger.review(&template.id, review).unwrap();
    arrives(world).await;
    steps(world).await;
}

fn at_meta(world: &WhatsAppWorld, chat: &Chat) -> TemplateView {
    world.messenger.templates(&chat.number.waba).pop().expect("Meta has the template")
}

/// amoCRM's review: status and reason.
fn at_crm(world: &World, id: i64) -> (String, String) {
    review(world, HOST, id)
}

/// The same in any account.
pub fn review(world: &World, host: &str, id: i64) -> (String, String) {
    let template = world.sandbox.templates(host).into_iter().find(|one| one["id"] == id).expect("a template");
    let review = &template["_embedded"]["reviews"][0];
    let text = |name: &str| review[name].as_str().unwrap_or_default().replace('\u{a0}', " ");
    (text("status"), text("reject_reason"))
}

fn message(id: i64) -> HookMessage {
    let params = [("{{contact.name}}", "Maria\nK."), ("{{lead.id}}", "7")];
    HookMessage::text("").template(id, None, CONTENT, &params)
}

async fn a_template_is_reviewed_and_sent_outside_of_the_window(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let id = requested(world, &chat, json!({})).await;
    let there = at_meta(world, &chat);
    assert_eq!((there.status.as_str(), there.language.as_str(), there.category.as_str()), ("PENDING", "ru", "UTILITY"));
    let body = there.json["components"].as_array().unwrap().iter().find(|one| one["type"] == "BODY").unwrap();
    assert_eq!(body["text"], "Hello {{1}}, your order {{2}} is ready at Acme.");
    assert_eq!(at_crm(world, id).0, "review");

    world.advance(DAY);
    let early = chat.manager_gets_through(world, message(id)).await;
    assert_eq!(super::failure(world, &early).0, 905, "until it is approved it is only a text");
    decided(world, &there, Review::Approve).await;
    assert_eq!(at_crm(world, id), ("approved".to_owned(), String::new()));
    let said = chat.manager_gets_through(world, message(id)).await;
    let sent = chat.last_sent(world);
    assert_eq!((sent.kind.as_str(), sent.error()), ("template", None), "{}", sent.json);
    assert!(sent.text.contains("order 7 is ready"), "{}", sent.text);
    let values = &sent.json["template"]["components"][0]["parameters"];
    assert_eq!(values[0]["text"], "Maria; K.", "a value is one line: {values}");
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
}

/// After STOP Meta is not even asked to send a marketing template; others go, and after START all do.
async fn a_customer_who_says_stop_gets_no_marketing(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let examples = json!({"waba_examples": {"{{lead.id}}": "1592", "{{contact.name}}": "Ann"}});
    let mut promo = examples.clone();
    promo["waba_category"] = json!("MARKETING");
    let promo = submitted(world, &chat.line, "Promo", CONTENT, &promo).await;
    let there = at_meta(world, &chat);
    decided(world, &there, Review::Approve).await;
    let order = submitted(world, &chat.line, "Order ready", CONTENT, &examples).await;
    let there = world.messenger.templates(&chat.number.waba).into_iter().find(|one| one.category == "UTILITY").unwrap();
    decided(world, &there, Review::Approve).await;
    chat.customer(world).writes(" Стоп! ").unwrap();
    arrives(world).await;
    let calls = world.messenger.calls_of("messages").len();
    let refused = chat.manager_gets_through(world, message(promo)).await;
    let (code, text) = super::failure(world, &refused);
    assert_eq!(
        (code, text.replace('\u{a0}', " ").as_str()),
        (905, "Клиент отказался от рекламы. Отправьте сервисный шаблон.")
    );
    assert_eq!(world.messenger.calls_of("messages").len(), calls, "nothing was sent");
    chat.manager_gets_through(world, message(order)).await;
    assert_eq!(world.messenger.calls_of("messages").len(), calls + 1, "a utility template goes");
    let consents = format!("/api/v1/tenants/{}/marketing-consents", chat.line.tenant_id);
    let listed = world.api.get(&consents).await.is(200);
    let said = ["decision", "way"].map(|key| listed.json["items"][0][key].as_str().unwrap().to_owned());
    assert_eq!(said, ["stopped", "message"], "{}", listed.text);
    // A longer text that has the word in it decides nothing.
    chat.customer(world).writes("Please start and stop").unwrap();
    chat.customer(world).writes("START").unwrap();
    arrives(world).await;
    let calls = world.messenger.calls_of("messages").len();
    chat.manager_gets_through(world, message(promo)).await;
    assert_eq!(world.messenger.calls_of("messages").len(), calls + 1);
    // Another program has it from a form: the number counts, whatever chat it has.
    let form = json!({"phone": format!("+{}", super::MARIAS_PHONE), "decision": "stopped", "way": "form", "evidence": "unsubscribe page"});
    world.api.post(&consents, &form).await.is(201);
    let refused = chat.manager_gets_through(world, message(promo)).await;
    assert_eq!(super::failure(world, &refused).0, 905);
    assert_eq!(world.api.get(&consents).await.is(200).json["items"].as_array().unwrap().len(), 3);
    // Who writes elsewhere with her number decides nothing for her; WhatsApp says which number is hers.
    let other = world.line("other").await;
    let mut stranger = world.customer(&other, "anna").body("a-1", "START");
    stranger["sender"]["phone"] = json!(format!("+{}", super::MARIAS_PHONE));
    world.customer(&other, "anna").posts(&stranger).await.is(202);
    let refused = chat.manager_gets_through(world, message(promo)).await;
    assert_eq!(super::failure(world, &refused).0, 905);
    chat.customer(world).writes("START").unwrap();
    arrives(world).await;
    let calls = world.messenger.calls_of("messages").len();
    chat.manager_gets_through(world, message(promo)).await;
    assert_eq!(world.messenger.calls_of("messages").len(), calls + 1);
}

/// The answer to the submission is lost: the second one finds what the first has made. What was rejected is submitted once
/// more: its text is changed at Meta.
async fn a_rejection_and_a_pause_are_reported_with_their_reasons(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.messenger.faults().next("message_templates", 1, simulator::whatsapp::Fault::ResetAfter);
    let id = requested(world, &chat, json!({})).await;
    world.advance(Duration::from_secs(60));
    steps(world).await;
    let there = at_meta(world, &chat);
    let info = ("A variable ends the body.".to_owned(), "Put text after it.".to_owned());
    decided(world, &there, Review::Reject { reason: "INVALID_FORMAT".to_owned(), info: Some(info) }).await;
    assert_eq!(at_crm(world, id), ("rejected".to_owned(), "A variable ends the body. Put text after it.".to_owned()));
    asked(world, &chat.line, id).await;
    assert_eq!((at_meta(world, &chat).status.as_str(), at_crm(world, id).0.as_str()), ("PENDING", "review"));
    assert_eq!(world.messenger.templates(&chat.number.waba).len(), 1);
    decided(world, &there, Review::Approve).await;
    assert_eq!(at_crm(world, id), ("approved".to_owned(), String::new()));
    decided(world, &there, Review::Pause).await;
    let (status, reason) = at_crm(world, id);
    assert!(status == "paused" && reason.contains("paused for 3 hours"), "{status}: {reason}");
    world.advance(DAY);
    let said = chat.manager_gets_through(world, message(id)).await;
    assert_eq!(super::failure(world, &said).0, 905, "what is paused is not sent");
}

/// What Meta refuses at once is a rejection with its words.
async fn a_template_that_meta_refuses_is_rejected(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let edge = submitted(world, &chat.line, "Edge", "Your order is {{lead.id}}", &json!({})).await;
    let (status, reason) = at_crm(world, edge);
    assert!(status == "rejected" && reason.contains("Поле стоит с краю"), "{status}: {reason}");
    world.messenger.set_template_limit(&chat.number.waba, 0);
    let id = requested(world, &chat, json!({})).await;
    let (status, reason) = at_crm(world, id);
    assert!(status == "rejected" && reason.contains("лимит шаблонов"), "{status}: {reason}");
    assert!(world.messenger.templates(&chat.number.waba).is_empty());
}

async fn quality_and_category_are_followed(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let id = requested(world, &chat, json!({})).await;
    let there = at_meta(world, &chat);
    decided(world, &there, Review::Approve).await;
    decided(world, &there, Review::Quality("RED".to_owned())).await;
    decided(world, &there, Review::Category("MARKETING".to_owned())).await;
    let row = listed(world, &chat.line, id).await.unwrap();
    assert_eq!(
        (&row["quality"], &row["category"], &row["status"]),
        (&json!("RED"), &json!("MARKETING"), &json!("approved"))
    );
    assert_eq!(
        (row["external_id"].as_str(), row["amocrm_status"].as_str()),
        (Some(there.id.as_str()), Some("approved"))
    );
    decided(world, &there, Review::Disable).await;
    let (status, _) = at_crm(world, id);
    assert_eq!(status, "rejected", "what is disabled cannot be used any more");
    assert_eq!(listed(world, &chat.line, id).await.unwrap()["status"], "disabled");
}

both!(a_rejection_and_a_pause_are_reported_with_their_reasons, a_template_is_reviewed_and_sent_outside_of_the_window);
both!(a_template_that_meta_refuses_is_rejected, quality_and_category_are_followed);
both!(a_customer_who_says_stop_gets_no_marketing);
