//! Sources: states, changes, pause, end, return.

use parom_tests::settings::HOST;
use parom_tests::{Reply, World, both, once};
use serde_json::json;
use simulator::crm::{Fault, Part};

use super::{in_russian, olga, vera};

async fn the_list_says_how_each_is_doing(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/sources").await.is(200);
    list.says(&["1 of 50 used", "Line support", "Your own messenger (API)", "Working", "just now", "Add source"]);
    let russian = in_russian(visitor).await.opens("/panel/sources").await.is(200);
    russian.says(&["Занято 1 из 50", "Работает"]);
    let viewer = vera(world, line.tenant_id).await;
    viewer.opens("/panel/sources").await.is(200).never_says(&["Add source", "Test source"]);
}

async fn a_change_is_saved_and_the_second_administrator_is_warned(world: &mut World) {
    let line = world.line("support").await;
    let path = format!("/panel/sources/{}", line.source_id);
    let olga = olga(world, line.tenant_id).await;
    let ivan = world.panel_as(line.tenant_id, 2003, "Ivan", true).await;
    let settings = format!("{path}/settings");
    let known = olga.opens(&settings).await.is(200).field("version");
    ivan.opens(&settings).await.is(200);
    let saved =
        olga.does(&path, &[("name", "Sales"), ("default", "1"), ("contact_rule", "link"), ("version", &known)]).await;
    saved.says(&["Saved", "value=\"Sales\"", "This is the default source."]);
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Sales");
    let refused =
        ivan.sends(&path, &[("name", "Ivan's name"), ("contact_rule", "leave"), ("version", &known)]).await.is(409);
    refused.says(&["Olga Owner changed this", "Check the new values", "value=\"Ivan&#39;s name\"", "Sales"]);
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Sales");
    let again = refused.field("version");
    ivan.does(&path, &[("name", "Ivan's name"), ("contact_rule", "leave"), ("version", &again)]).await.says(&["Saved"]);
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Ivan's name");
    let again = ivan.opens(&settings).await.is(200).field("version");
    let empty = ivan.sends(&path, &[("name", " "), ("version", &again)]).await.is(422);
    empty.says(&["Fill in “Name in amoCRM”.", "correct one field"]);
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    let away = ivan.sends(&path, &[("name", "Kept"), ("version", &again)]).await.is(503);
    away.says(&["amoCRM is not answering. Nothing was changed", "value=\"Kept\"", "<select id=\"f-pipeline\""]);
    world.sandbox.faults().clear();
}

/// A page's form, with input in some fields.
fn typed<'form>(page: &'form Reply, typed: &[(&'form str, &'form str)]) -> Vec<(&'form str, String)> {
    let hidden = ["version", "was_name", "was_pipeline", "was_default", "was_contact_rule"];
    let mut fields: Vec<(&str, String)> = hidden.iter().map(|name| (*name, page.field(name))).collect();
    fields.push(("name", page.between("name=\"name\" type=\"text\" value=\"", "\"").unwrap().to_owned()));
    let selected = |name: &str| {
        let select = page.between(&format!("name=\"{name}\""), "</select>").unwrap();
        let chosen = select.split("<option value=\"").find(|option| option.contains(" selected")).unwrap().to_owned();
        chosen.split('"').next().unwrap().to_owned()
    };
    fields.extend([("pipeline", selected("pipeline")), ("contact_rule", selected("contact_rule"))]);
    for (name, value) in typed {
        fields.retain(|(known, _)| known != name);
        fields.push((name, (*value).to_owned()));
    }
    fields
}

fn sent<'form>(fields: &'form [(&'form str, String)]) -> Vec<(&'form str, &'form str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

async fn only_fields_that_the_second_administrator_edited_overwrite_the_others_change(world: &mut World) {
    let line = world.line("support").await;
    let path = format!("/panel/sources/{}", line.source_id);
    let shown = async || world.api.get(&line.path("")).await.is(200).json;
    let olga = olga(world, line.tenant_id).await;
    let ivan = world.panel_as(line.tenant_id, 2003, "Ivan", true).await;
    let settings = format!("{path}/settings");
    let (hers, his) = (olga.opens(&settings).await.is(200), ivan.opens(&settings).await.is(200));
    let before = shown().await;
    olga.does(&path, &sent(&typed(&hers, &[("name", "Sales"), ("default", "1")]))).await.says(&["Saved"]);

    // He changed the contact rule only: her name and mark are in his form now, and stay when he saves again.
    let refused = ivan.sends(&path, &sent(&typed(&his, &[("contact_rule", "link")]))).await.is(409);
    refused.says(&["Olga Owner changed this", "value=\"Sales\"", "This is the default source."]);
    refused.never_says(&["value=\"Line support\""]);
    ivan.does(&path, &sent(&typed(&refused, &[]))).await.says(&["Saved"]);
    let now = shown().await;
    assert_eq!((&now["name"], &now["default"], &now["contact_rule"]), (&json!("Sales"), &json!(true), &json!("link")));
    assert_eq!(now["pipeline_id"], before["pipeline_id"]);
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Sales");

    // A rejected form keeps its input, and a change in between is reported nevertheless.
    let page = ivan.opens(&settings).await.is(200);
    let wrong = ivan.sends(&path, &sent(&typed(&page, &[("name", " ")]))).await.is(422);
    olga.does(&path, &sent(&typed(&olga.opens(&settings).await, &[("contact_rule", "create")]))).await.says(&["Saved"]);
    let told = ivan.sends(&path, &sent(&typed(&wrong, &[("name", "Ivan's")]))).await.is(409);
    ivan.does(&path, &sent(&typed(&told, &[("name", "Ivan's")]))).await.says(&["Saved"]);
    let now = shown().await;
    assert_eq!((&now["name"], &now["contact_rule"]), (&json!("Ivan's"), &json!("create")));
}

async fn settings_of_the_messenger_follow_the_other_administrator_too(world: &mut World) {
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Site", "settings": {"title": "Shop", "greeting": "Hello"}});
    let made = world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    let path = format!("/panel/sources/{}/access", made.text_at("/id"));
    let olga = olga(world, line.tenant_id).await;
    let page = olga.opens(&path).await.is(200);
    let (version, was) = (page.field("version"), page.field("was").replace("&#34;", "\""));
    let change = json!({"settings": {"title": "Store", "greeting": "Hello"}});
    world.api.patch(&format!("/api/v1/sources/{}", made.text_at("/id")), &change).await.is(200);
    let fields = [("set.title", "Shop"), ("set.greeting", "Welcome"), ("version", &*version), ("was", &*was)];
    let refused = olga.sends(&path, &fields).await.is(409);
    refused.says(&["changed this", "value=\"Store\"", "Welcome"]);
    let (version, was) = (refused.field("version"), refused.field("was").replace("&#34;", "\""));
    let fields = [
        ("set.title", "Store"),
        ("set.translations.ru.greeting", "Привет!"),
        ("version", version.as_str()),
        ("was", was.as_str()),
    ];
    olga.does(&path, &fields).await.says(&["Saved"]);
    let saved = world.api.get(&format!("/api/v1/sources/{}", made.text_at("/id"))).await.is(200).json;
    assert_eq!(saved["settings"]["translations"], json!({"ru": {"greeting": "Привет!"}}), "{saved}");
}

async fn a_pause_ends_with_a_choice(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let path = |rest: &str| format!("/panel/sources/{}{rest}", line.source_id);
    visitor.opens(&path("/pause")).await.is(200).says(&["will be received and will wait", "Nothing is waiting now"]);
    let paused = visitor.does(&path("/pause"), &[]).await;
    paused.says(&["is paused", "Paused", "by Olga Owner", "Switch on"]);
    world.manager(&line).answers("anna", "Old").await;
    world.advance(std::time::Duration::from_secs(7 * 3600));
    world.manager(&line).answers("anna", "Young").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let ask = visitor.opens(&path("/resume")).await.is(200);
    ask.says(&[
        "2 messages wait, the oldest since 12:00",
        "younger than 1 hour",
        "younger than 6 hours",
        "Send none of them",
    ]);
    ask.never_says(&["younger than 12 hours"]);
    visitor.does(&path("/resume"), &[("drop", "6")]).await.says(&["is switched on"]);
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["Young"]);
}

async fn the_end_of_a_source_is_counted_and_a_lost_one_returns(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let path = |rest: &str| format!("/panel/sources/{}{rest}", line.source_id);
    let ran = visitor.does(&path("/test"), &[]).await;
    ran.says(&["Test passed", "amoCRM accepts a test message without notification"]);
    let ask = visitor.opens(&path("/delete")).await.is(200);
    ask.says(&["Delete “Line support”?", "1 chat stays in amoCRM", "Delete source"]);
    visitor.does(&path("/delete"), &[]).await.says(&["is deleted", "No sources yet"]);
    assert!(world.sandbox.sources(HOST).is_empty());
    visitor.opens(&path("")).await.is(404);
    visitor.sends(&path("/delete"), &[]).await.is(404);
}

both!(a_pause_ends_with_a_choice);
once!(
    settings_of_the_messenger_follow_the_other_administrator_too,
    the_list_says_how_each_is_doing,
    a_change_is_saved_and_the_second_administrator_is_warned,
    only_fields_that_the_second_administrator_edited_overwrite_the_others_change,
    the_end_of_a_source_is_counted_and_a_lost_one_returns
);
