//! Templates of messages, made, changed, sent for review and deleted in amoCRM through the panel.

use parom_tests::settings::HOST;
use parom_tests::{World, once};
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};

use super::{in_russian, olga, vera};

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
    visitor.opens("/panel/templates").await.is(200).says(&["A template is a prepared text", "/panel/templates/new"]);
    let form = visitor.opens("/panel/templates/new").await.is(200);
    let key = form.field("key");
    let wrong = [("key", key.as_str()), ("name", " "), ("kind", "plain"), ("text", "Hi {{contact.name")];
    visitor.sends("/panel/templates", &wrong).await.is(422).says(&["Fill in “Name”.", "A marker is not closed"]);
    let unknown =
        [("key", key.as_str()), ("name", "Ready"), ("kind", "plain"), ("text", "Hi {{first}}, {{contact.name}}")];
    let refused = visitor.sends("/panel/templates", &unknown).await.is(422);
    refused.says(&[
        "There is no marker {{first}}.",
        "{{contact.first_name}}",
        "{{lead.id}}",
        "Hi {{first}}, {{contact.name}}",
    ]);
    assert!(ours(world).is_empty());
    let fields =
        [("key", key.as_str()), ("name", "Ready <b>"), ("kind", "plain"), ("text", "Hi {{contact.name}}\r\n!")];
    let made = visitor.does("/panel/templates", &fields).await;
    made.says(&["is saved", "Ready &#60;b&#62;", "Ready</span>", "Hi {{contact.name}}"]);
    made.never_says(&["Ready <b>", "Send for review"]);
    // A double submit finds the first one's.
    visitor.does("/panel/templates", &fields).await;
    let there = ours(world);
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!((&there[0]["content"], &there[0]["external_id"]), (&json!("Hi {{contact.name}}\n!"), &json!(key)));
    let id = there[0]["id"].as_i64().unwrap();
    let path = format!("/panel/templates/{id}");
    let fields = [("name", "Ready"), ("text", "Hello"), ("button_text", "Go"), ("button_url", "https://acme.example")];
    visitor.does(&path, &fields).await.says(&["“Ready” is saved", "https://acme.example"]);
    assert_eq!(ours(world)[0]["buttons"], json!([{"type": "url", "text": "Go", "url": "https://acme.example"}]));
    let list = visitor.opens("/panel/templates").await.is(200);
    list.says(&[&path, "Ready"]);
    list.never_says(&["A user&#39;s", "A user's"]);
    visitor.opens(&format!("{path}/delete")).await.is(200).says(&["Delete “Ready”?", "Salesbot in amoCRM"]);
    visitor.does(&format!("{path}/delete"), &[]).await.says(&["“Ready” is deleted.", "A template is a prepared text"]);
    assert!(ours(world).is_empty());
    visitor.opens(&path).await.is(404);
    let log = visitor.opens("/panel/audit?group=template").await.is(200);
    log.says(&["Template created", "Template changed", "Template deleted"]);
}

/// Requirement 13: without a source that reviews templates none is offered. Those that are there are shown as they are.
async fn official_whatsapp_is_offered_only_with_a_messenger_behind_it(world: &mut World) {
    let line = world.line("support").await;
    let visitor = olga(world, line.tenant_id).await;
    visitor.opens("/panel/templates").await.is(200).never_says(&["WhatsApp", "24 hours"]);
    let form = visitor.opens("/panel/templates/new").await.is(200);
    form.never_says(&["WhatsApp", "name=\"kind\"", "name=\"category\"", "name=\"examples\""]);
    let fields = waba("Ready", "Hi {{contact.name}}", "{{contact.name}} = Ann");
    let refused = visitor.sends("/panel/templates", &fields).await.is(422);
    refused.says(&["no messenger of this account takes templates", "Hi {{contact.name}}"]);
    refused.never_says(&["name=\"kind\""]);
    assert!(ours(world).is_empty());

    let services = json!([{"type": "whatsapp", "params": {"waba": true}, "pages": []}]);
    world.api.patch(&line.path(""), &json!({"services": services})).await.is(200);
    visitor.opens("/panel/templates/new").await.is(200).says(&["WhatsApp Business", "name=\"examples\""]);
    visitor.does("/panel/templates", &fields).await.says(&["Draft", "Send for review", "Line support"]);
    let id = ours(world)[0]["id"].as_i64().unwrap();
    let path = format!("/panel/templates/{id}");
    let review = format!("{path}/review");
    // There is no reviewer any more.
    world.api.patch(&line.path(""), &json!({"services": []})).await.is(200);
    visitor.opens(&path).await.is(200).says(&["Draft", "no messenger of this account takes templates"]);
    visitor.does(&review, &[]).await.says(&["no messenger of this account takes templates"]);
    assert_eq!(ours(world)[0]["reviews"].as_array().map_or(0, Vec::len), 0, "no review was requested");
    let copy = visitor.opens(&format!("/panel/templates/new?copy={id}")).await.is(200);
    copy.says(&["Hi {{contact.name}}"]);
    copy.never_says(&["name=\"kind\"", "name=\"category\""]);

    world.api.patch(&line.path(""), &json!({"services": services})).await.is(200);
    visitor.does(&review, &[]).await.says(&["The template is sent for review."]);
    let locked = visitor.opens(&path).await.is(200);
    locked.says(&["In review", "cannot be changed", "Copy and correct", "Line support"]);
    locked.never_says(&["<textarea"]);
    visitor.opens("/panel/templates/register").await.is(200).says(&["Ready", "Line support", "Not sent yet"]);
    let fields: Vec<_> = fields.into_iter().filter(|(name, _)| *name != "kind").collect();
    visitor.sends(&path, &fields).await.is(422).says(&["cannot be changed or sent again"]);
    visitor.does(&review, &[]).await.says(&["cannot be changed or sent again"]);
    let visitor = in_russian(visitor).await;
    visitor.opens("/panel/templates").await.is(200).says(&["Шаблоны", "На проверке", "Сервисный", "Статусы шаблонов"]);
}

async fn viewers_only_read_templates_and_forged_forms_are_refused(world: &mut World) {
    let line = world.line("support").await;
    let owner = olga(world, line.tenant_id).await;
    owner.opens("/panel/templates/new").await.is(200);
    owner.does("/panel/templates", &[("name", "Ready"), ("kind", "plain"), ("text", "Hello")]).await;
    owner.sends("/panel/templates", &[("name", "x"), ("colour", "red")]).await.is(400);
    let path = format!("/panel/templates/{}", ours(world)[0]["id"]);
    let viewer = vera(world, line.tenant_id).await;
    let page = viewer.opens(&path).await.is(200);
    page.says(&["Hello"]);
    page.never_says(&["<textarea", "/delete", "Copy and correct"]);
    viewer.opens("/panel/templates").await.is(200).never_says(&["/panel/templates/new"]);
    viewer.opens("/panel/templates/new").await.is(403);
    for (path, fields) in [
        ("/panel/templates".to_owned(), vec![("name", "x"), ("kind", "plain"), ("text", "y")]),
        (path.clone(), vec![("name", "x"), ("text", "y")]),
        (format!("{path}/review"), vec![]),
        (format!("{path}/delete"), vec![]),
    ] {
        viewer.sends(&path, &fields).await.is(403);
    }
    for path in ["/panel/templates/0", "/panel/templates/-1", "/panel/templates/x", "/panel/templates/424242"] {
        owner.opens(path).await.is(404);
    }
}

async fn the_page_shows_that_amocrm_does_not_answer(world: &mut World) {
    let line = world.line("support").await;
    let visitor = olga(world, line.tenant_id).await;
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    visitor.opens("/panel/templates").await.is(200).says(&["has not sent the list yet"]);
    world.sandbox.faults().clear();
    world.sandbox.set_template_limit(0);
    visitor.opens("/panel/templates/new").await.is(200);
    let full =
        visitor.sends("/panel/templates", &[("name", "Ready"), ("kind", "plain"), ("text", "Hello")]).await.is(422);
    full.says(&["422"]);
}

once!(
    official_whatsapp_is_offered_only_with_a_messenger_behind_it,
    viewers_only_read_templates_and_forged_forms_are_refused,
    the_page_shows_that_amocrm_does_not_answer,
    a_plain_template_is_made_changed_and_deleted
);
