//! Templates in a messenger's review: submitted, decided, reported to amoCRM, sent.

use std::time::Duration;

use base::config::Bot;
use entity::message_template;
use parom_tests::settings::{BOT_ID, HOST};
use parom_tests::{Answer, Line, Received, Reply, World, both, once};
use serde_json::{Value, json};
use simulator::crm::{Fault, HookMessage, Part};

use crate::pages::olga;

const MINUTE: Duration = Duration::from_secs(60);

/// A line whose templates are reviewed, with a window of a day; amoCRM's hooks are subscribed.
async fn line(world: &World) -> Line {
    let line = world.line("support").await;
    let services = json!([{"type": "whatsapp", "params": {"waba": true}, "pages": []}]);
    let settings = json!({"webhook_url": world.messenger.url(), "time_window_seconds": 86_400});
    world.api.patch(&line.path(""), &json!({"services": services, "settings": settings})).await.is(200);
    world.works("subscriptions").await;
    line
}

/// A user's template, which no token of ours can see.
fn users_template(world: &World) -> i64 {
    let fields = json!({
        "type": "waba", "waba_category": "UTILITY", "waba_language": "ru", "waba_header": "Order",
        "waba_header_type": "text", "waba_footer": "Acme",
        "waba_examples": {"{{lead.id}}": "1592", "{{contact.name}}": "Ann"},
        "buttons": [{"type": "url", "text": "Track", "url": "https://shop.example/t"}, {"type": "inline", "text": "Ok"}],
    });
    world.sandbox.add_template(HOST, "Order ready", "{{contact.name}}: order {{lead.id}} is ready", fields)
}

/// Requests of review that the messenger got.
fn requests(world: &World) -> Vec<Received> {
    world.messenger.received().into_iter().filter(|one| one.body["type"] == "template.review").collect()
}

/// amoCRM's review of a template: status and reason.
fn review(world: &World, id: i64) -> (String, String) {
    let template = world.sandbox.templates(HOST).into_iter().find(|one| one["id"] == id).expect("a template");
    let review = &template["_embedded"]["reviews"][0];
    let text = |name: &str| review[name].as_str().unwrap_or_default().to_owned();
    (text("status"), text("reject_reason"))
}

async fn listed(world: &World, line: &Line) -> Vec<Value> {
    let list = world.api.get(&line.path("/templates")).await.is(200);
    list.json["items"].as_array().cloned().unwrap_or_default()
}

/// Waits until amoCRM's hook is stored.
async fn stored(world: &World, line: &Line) -> Value {
    world.until("the request is stored", async || listed(world, line).await.pop()).await
}

async fn steps(world: &World) {
    while world.works("templates").await > 0 {}
}

async fn decides(world: &World, line: &Line, id: &Value, body: &Value) -> Reply {
    let path = line.path(&format!("/templates/{}/review", id.as_str().unwrap()));
    world.api.post(&path, body).await
}

async fn a_template_is_reviewed_by_its_messenger_and_sent_at_any_time(world: &mut World) {
    let line = line(world).await;
    let crm_id = users_template(world);
    assert!(world.sandbox.ask_template_review(HOST, crm_id));
    let row = stored(world, &line).await;
    assert_eq!((&row["status"], &row["amocrm_status"]), (&json!("waiting"), &json!(null)), "{row}");
    steps(world).await;
    let asked = requests(world);
    assert_eq!(asked.len(), 1, "{asked:?}");
    let submitted = &asked[0].body["data"]["template"];
    assert_eq!(submitted["name"], format!("order_ready_{crm_id}"));
    assert_eq!((&submitted["id"], &submitted["language"]), (&row["id"], &json!("ru")));
    assert_eq!((&submitted["header"], &submitted["footer"]), (&json!("Order"), &json!("Acme")));
    let examples = json!([{"key": "{{contact.name}}", "value": "Ann"}, {"key": "{{lead.id}}", "value": "1592"}]);
    assert_eq!((&submitted["examples"], &submitted["buttons"][0]["text"]), (&examples, &json!("Track")));
    assert_eq!(listed(world, &line).await[0]["status"], "review");
    assert_eq!(review(world, crm_id).0, "review");

    // Until it is approved it is text, and not sent after the window.
    let anna = world.customer(&line, "anna");
    anna.writes("Hello").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(86_400));
    let params = [("{{contact.name}}", "Anna"), ("{{lead.id}}", "7")];
    let content = "{{contact.name}}: order {{lead.id}} is ready";
    let message = || HookMessage::text("").template(crm_id, None, content, &params).by_salesbot();
    world.manager(&line).sends("anna", message()).await;
    world.deliver_all().await;
    assert!(world.messenger.texts().is_empty(), "{:?}", world.messenger.texts());
    let failed = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(failed.text_at("/items/0/reason"), "window_closed");

    decides(world, &line, &row["id"], &json!({"status": "approved", "external_id": "tpl-9"})).await.is(202);
    steps(world).await;
    assert_eq!(review(world, crm_id), ("approved".to_owned(), String::new()));
    let row = listed(world, &line).await.remove(0);
    assert_eq!((&row["amocrm_status"], &row["external_id"]), (&json!("approved"), &json!("tpl-9")));
    world.manager(&line).sends("anna", message()).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Anna: order 7 is ready"]);

    // A later stop by the messenger is reported again, and people are alerted.
    let stopped = json!({"status": "paused", "reason": "Too many complaints"});
    decides(world, &line, &row["id"], &stopped).await.is(202);
    steps(world).await;
    assert_eq!(review(world, crm_id), ("paused".to_owned(), "Too many complaints".to_owned()));
    let visitor = olga(world, line.tenant_id).await;
    visitor.opens("/panel/alerts").await.is(200).says(&["Template “Order ready”", "paused by the messenger"]);
    decides(world, &line, &row["id"], &json!({"status": "approved"})).await.is(202);
    steps(world).await;
    assert_eq!(review(world, crm_id).0, "approved");
    let over = visitor.opens("/panel/alerts").await.is(200);
    over.says(&["No open alerts", "Earlier alerts", "paused by the messenger"]);
    over.never_says(&["Resolved:", "Acknowledge"]);
}

async fn nothing_is_lost_while_either_side_is_away(world: &mut World) {
    let line = line(world).await;
    let crm_id = users_template(world);
    assert!(world.sandbox.ask_template_review(HOST, crm_id));
    let row = stored(world, &line).await;
    // The process dies before it has done anything, then the messenger does not answer.
    world.restart().await;
    world.messenger.answers_next([Answer::status(503), Answer::Cut]);
    steps(world).await;
    let waiting = listed(world, &line).await.remove(0);
    assert_eq!(waiting["status"], "waiting");
    assert!(waiting["waits_because"].as_str().unwrap().contains("503"), "{waiting}");
    world.advance(MINUTE);
    steps(world).await;
    assert_eq!(listed(world, &line).await[0]["status"], "waiting");
    world.advance(5 * MINUTE);
    steps(world).await;
    assert_eq!(listed(world, &line).await[0]["status"], "review");
    let asked = requests(world);
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|one| one.webhook_id == asked[0].webhook_id), "one request is one webhook");

    // amoCRM is away when the decision comes.
    decides(world, &line, &row["id"], &json!({"status": "rejected", "reason": "Too loud"})).await.is(202);
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    steps(world).await;
    assert_eq!(review(world, crm_id).0, "review");
    let row = listed(world, &line).await.remove(0);
    assert_eq!((&row["status"], &row["amocrm_status"]), (&json!("rejected"), &json!(null)));
    assert!(!row["waits_because"].is_null(), "{row}");
    world.sandbox.faults().clear();
    world.restart().await;
    world.advance(MINUTE);
    steps(world).await;
    assert_eq!(review(world, crm_id), ("rejected".to_owned(), "Too loud".to_owned()));
    assert_eq!(listed(world, &line).await[0]["waits_because"], Value::Null);
}

async fn a_messenger_that_refuses_rejects(world: &mut World) {
    let line = line(world).await;
    let crm_id = users_template(world);
    world.messenger.answers_next([Answer::status(422)]);
    assert!(world.sandbox.ask_template_review(HOST, crm_id));
    stored(world, &line).await;
    steps(world).await;
    let (status, reason) = review(world, crm_id);
    assert_eq!(status, "rejected");
    assert!(reason.contains("422"), "{reason}");
    // Requested once more, it is submitted once more.
    assert!(world.sandbox.ask_template_review(HOST, crm_id));
    let again = async || (listed(world, &line).await[0]["status"] == "waiting").then_some(());
    world.until("the second request is stored", again).await;
    steps(world).await;
    assert_eq!((requests(world).len(), review(world, crm_id).0.as_str()), (2, "review"));
    assert_eq!(listed(world, &line).await.len(), 1);
}

async fn programs_create_and_send_templates(world: &mut World) {
    world.setup_is(|config| {
        let bot = Bot { id: BOT_ID.into(), client_id: "acme-bot".into(), name: "Acme".into() };
        config.integrations[0].channels[0].bot = Some(bot);
    });
    world.restart().await;
    let line = line(world).await;
    let templates = line.path("/templates");
    let body = json!({
        "name": "Ready", "content": "Order {{lead.id}} is ready", "language": "ru", "category": "UTILITY",
        "params": [{"key": "{{lead.id}}", "value": "1592"}],
        "buttons": [{"text": "Ok"}, {"text": "Track", "url": "shop.example/t/{{lead.id}}"}],
    });
    for (field, value, pointer) in [
        ("name", json!(" "), "/name"),
        ("content", json!("Order {{lead.id"), "/content"),
        ("content", json!("Order {{lead.id}} of {{who}}"), "/content"),
        ("header", json!("Order {{number}}"), "/header"),
        ("language", json!("x".repeat(16)), "/language"),
        ("category", json!("LOUD"), "/category"),
        ("params", json!([]), "/params"),
        ("buttons", json!([{"text": ""}]), "/buttons"),
        ("buttons", json!([{"text": "Track", "url": "javascript:alert(1)"}]), "/buttons/0/url"),
        ("header", json!("x".repeat(61)), "/header"),
    ] {
        let mut wrong = body.clone();
        wrong[field] = value;
        assert_eq!(world.api.post(&templates, &wrong).await.is(422).wrong_fields(), [pointer], "{field}");
    }
    let made = world.api.post(&templates, &body).await.is(201);
    assert_eq!((&made.json["status"], &made.json["category"]), (&json!("waiting"), &json!("UTILITY")));
    assert_eq!(made.json["buttons"][1]["url"], "https://shop.example/t/{{lead.id}}");
    steps(world).await;
    assert_eq!(requests(world).len(), 1);
    let messages = line.path(&format!("/templates/{}/messages", made.text_at("/id")));
    let message = json!({"conversation": {"id": "chat-anna"}, "params": [{"key": "{{lead.id}}", "value": "7"}]});
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let unapproved = world.api.post(&messages, &message).await.is(409);
    assert!(unapproved.text.contains("template_unapproved"), "{}", unapproved.text);
    decides(world, &line, &made.json["id"], &json!({"status": "approved"})).await.is(202);
    let nobody = json!({"conversation": {"id": "chat-nobody"}, "params": [{"key": "{{lead.id}}", "value": "7"}]});
    world.api.post(&messages, &nobody).await.is(404);
    let empty = json!({"conversation": {"id": "chat-anna"}});
    assert_eq!(world.api.post(&messages, &empty).await.is(422).wrong_fields(), ["/params"]);
    let mut more = message.clone();
    more["params"].as_array_mut().unwrap().push(json!({"key": "{{lead.name}}", "value": "Sofa"}));
    let refused = world.api.post(&messages, &more).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/params/1/key"]);
    refused.says(&["{{lead.name}}"]);
    world.advance(Duration::from_secs(2 * 86_400));
    let sent = world.api.post(&messages, &message).await.is(202);
    world.deliver_all().await;
    let received = world.messenger.taken().pop().unwrap();
    assert_eq!(received.text(), "Order 7 is ready");
    assert_eq!(received.body["data"]["message"]["template"]["params"], json!([{"key": "{{lead.id}}", "value": "7"}]));
    assert_eq!(received.body["data"]["message"]["id"], sent.json["id"]);
    assert_eq!(world.texts_at_crm(&line), ["Hello", "Order 7 is ready"], "amoCRM shows it");
    world.customer(&line, "anna").reports_status(&sent.text_at("/id"), "read").await.is(202);
    world.deliver_all().await;
    world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200).says(&["\"status\":\"read\""]);
}

/// A template of a source, as its registry has it.
pub(crate) async fn registered(db: &sea_orm::DatabaseConnection, line: &Line) -> uuid::Uuid {
    let row = message_template::Model {
        tenant_id: line.tenant_id,
        id: uuid::Uuid::from_u128(0x7e3),
        source_id: line.source_id,
        crm_id: 987_654_321,
        review_id: 1,
        submission: uuid::Uuid::nil(),
        title: "Order ready".to_owned(),
        name: "order_ready".to_owned(),
        language: "en".to_owned(),
        category: "UTILITY".to_owned(),
        spec: "{}".to_owned(),
        stage: "review".to_owned(),
        external_id: "99".to_owned(),
        quality: String::new(),
        reason: String::new(),
        told: String::new(),
        trouble: String::new(),
        tries: 0,
        next_try_at: None,
        created_at: 0,
        submitted_at: 0,
        changed_at: 0,
    };
    sea_orm::ActiveModelTrait::insert(sea_orm::IntoActiveModel::into_active_model(row), db).await.unwrap().id
}

// Templates of messages, made, changed, sent for review and deleted in amoCRM through the panel.

/// The templates that our integration made.
fn ours(world: &World) -> Vec<Value> {
    world.sandbox.templates(HOST).into_iter().filter(|template| !template["client_id"].is_null()).collect()
}

fn waba<'a>(name: &'a str, text: &'a str, examples: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("kind", "waba"),
        ("text", text),
        ("button_text", "Track"),
        ("button_url", "https://shop.example/t"),
        ("button_text", "Thanks"),
        ("button_url", ""),
        ("button_text", ""),
        ("button_url", ""),
        ("language", "ru"),
        ("category", "UTILITY"),
        ("header", "Order"),
        ("footer", "Acme"),
        ("examples", examples),
    ]
}

async fn a_plain_template_is_made_changed_and_deleted(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.add_template(HOST, "A user's", "Hello", json!({}));
    let visitor = olga(world, line.tenant_id).await;
    let key = visitor.opens("/panel/templates/new").await.is(200).field("key");
    for (name, text, said) in [
        (" ", "Hi {{contact.name", "“Text”: a marker is not closed"),
        ("Ready", "Hi {{first}}, {{contact.name}}", "“Text”: there is no marker {{first}}."),
    ] {
        let wrong = [("key", key.as_str()), ("name", name), ("kind", "plain"), ("text", text)];
        visitor.sends("/panel/templates", &wrong).await.is(422).says(&[said, text]);
    }
    assert!(ours(world).is_empty());
    let fields =
        [("key", key.as_str()), ("name", "Ready <b>"), ("kind", "plain"), ("text", "Hi {{contact.name}}\r\n!")];
    let made = visitor.does("/panel/templates", &fields).await;
    made.says(&["Ready &#60;b&#62;", "Hi {{contact.name}}"]);
    made.never_says(&["Ready <b>", "Send for review"]);
    // A double submit finds the first one's.
    visitor.does("/panel/templates", &fields).await;
    let there = ours(world);
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!((&there[0]["content"], &there[0]["external_id"]), (&json!("Hi {{contact.name}}\n!"), &json!(key)));
    let path = format!("/panel/templates/{}", there[0]["id"].as_i64().unwrap());
    let fields = [("name", "Ready"), ("text", "Hello"), ("button_text", "Go"), ("button_url", "https://acme.example")];
    visitor.does(&path, &fields).await.says(&["https://acme.example"]);
    assert_eq!(ours(world)[0]["buttons"], json!([{"type": "url", "text": "Go", "url": "https://acme.example"}]));
    let list = visitor.opens("/panel/templates").await.is(200);
    list.says(&[&path]);
    list.never_says(&["A user&#39;s", "A user's"]);
    visitor.opens(&format!("{path}/delete")).await.is(200).says(&["Delete “Ready”?"]);
    visitor.does(&format!("{path}/delete"), &[]).await;
    assert!(ours(world).is_empty());
    visitor.opens(&path).await.is(404);
    let log = visitor.opens("/panel/audit?group=template").await.is(200);
    log.says(&["Template created", "Template changed", "Template deleted"]);
}

async fn official_whatsapp_is_offered_only_with_a_messenger_behind_it(world: &mut World) {
    let line = world.line("support").await;
    let visitor = olga(world, line.tenant_id).await;
    let body = json!({"name": "Ready", "content": "It is", "language": "ru", "category": "UTILITY"});
    world.api.post(&line.path("/templates"), &body).await.is(409).says(&["template_no_source"]);
    assert!(listed(world, &line).await.is_empty());
    let unknown = line.path(&format!("/templates/{}/review", uuid::Uuid::nil()));
    world.api.post(&unknown, &json!({"status": "approved"})).await.is(404);
    let none = ["WhatsApp", "name=\"kind\"", "name=\"category\"", "name=\"examples\""];
    visitor.opens("/panel/templates").await.is(200).never_says(&none);
    visitor.opens("/panel/templates/new").await.is(200).never_says(&none);
    let fields = waba("Ready", "Hi {{contact.name}}", "{{contact.name}} = Ann");
    let refused = visitor.sends("/panel/templates", &fields).await.is(422);
    refused.says(&["Hi {{contact.name}}"]);
    refused.never_says(&["name=\"kind\""]);
    assert!(ours(world).is_empty());

    let services = json!([{"type": "whatsapp", "params": {"waba": true}, "pages": []}]);
    world.api.patch(&line.path(""), &json!({"services": services})).await.is(200);
    visitor.opens("/panel/templates/new").await.is(200).says(&["name=\"examples\""]);
    visitor.does("/panel/templates", &fields).await.says(&["Send for review", "Line support"]);
    let id = ours(world)[0]["id"].as_i64().unwrap();
    let path = format!("/panel/templates/{id}");
    let review = format!("{path}/review");
    // There is no reviewer any more.
    world.api.patch(&line.path(""), &json!({"services": []})).await.is(200);
    visitor.does(&review, &[]).await.says(&["no messenger of this account takes templates"]);
    assert_eq!(ours(world)[0]["reviews"].as_array().map_or(0, Vec::len), 0, "no review was requested");
    let copy = visitor.opens(&format!("/panel/templates/new?copy={id}")).await.is(200);
    copy.says(&["Hi {{contact.name}}"]);
    copy.never_says(&none[1..3]);

    world.api.patch(&line.path(""), &json!({"services": services})).await.is(200);
    visitor.does(&review, &[]).await;
    visitor.opens(&path).await.is(200).never_says(&["<textarea"]);
    visitor.opens("/panel/templates/register").await.is(200).says(&["Ready", "Line support"]);
    // The list shows a decision from when amoCRM was told on.
    visitor.opens("/panel/templates").await.is(200).says(&["In review"]);
    steps(world).await;
    let row = listed(world, &line).await.remove(0);
    decides(world, &line, &row["id"], &json!({"status": "approved"})).await.is(202);
    steps(world).await;
    let list = visitor.opens("/panel/templates").await.is(200);
    list.says(&["Approved"]);
    list.never_says(&["In review"]);
    let fields: Vec<_> = fields.into_iter().filter(|(name, _)| *name != "kind").collect();
    visitor.sends(&path, &fields).await.is(422).says(&["cannot be changed or sent again"]);
    visitor.does(&review, &[]).await.says(&["cannot be changed or sent again"]);
}

both!(nothing_is_lost_while_either_side_is_away);
once!(a_template_is_reviewed_by_its_messenger_and_sent_at_any_time, a_plain_template_is_made_changed_and_deleted);
once!(official_whatsapp_is_offered_only_with_a_messenger_behind_it);
once!(programs_create_and_send_templates, a_messenger_that_refuses_rejects);
