//! Sources: states, changes, pause, end, return.

use parom_tests::settings::HOST;
use parom_tests::{World, both};
use sandbox::{Fault, Part};

use super::{Visitor, between, never_says, says};

fn version(text: &str) -> String {
    between(text, "name=\"version\" value=\"", "\"").unwrap().to_owned()
}

async fn the_list_says_how_each_is_doing(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let visitor = Visitor::owner(world, line.tenant_id).await;
    let list = visitor.get("/panel/sources").await.is(200);
    says(&list, &["1 of 50 used", "Line support", "Your own messenger (API)", "Working", "just now", "Add source"]);
    let russian = visitor.in_russian().await.get("/panel/sources").await.is(200);
    says(&russian, &["Занято 1 из 50", "Работает"]);
    let viewer = Visitor::enters(world, line.tenant_id, "Vera", false).await;
    never_says(&viewer.get("/panel/sources").await.is(200), &["Add source", "Test source"]);
}

async fn a_change_is_saved_and_the_second_administrator_is_told(world: &mut World) {
    let line = world.line("support").await;
    let path = format!("/panel/sources/{}", line.source_id);
    let olga = Visitor::owner(world, line.tenant_id).await;
    let ivan = Visitor::enters(world, line.tenant_id, "Ivan", true).await;
    let known = version(&olga.get(&path).await.is(200).text);
    ivan.get(&path).await.is(200);
    let saved =
        olga.does(&path, &[("name", "Sales"), ("default", "1"), ("contact_rule", "link"), ("version", &known)]).await;
    says(&saved, &["Saved", "value=\"Sales\"", "This is the default source."]);
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Sales");
    let refused =
        ivan.posts(&path, &[("name", "Ivan's name"), ("contact_rule", "leave"), ("version", &known)]).await.is(409);
    says(&refused, &["Olga Owner changed this", "Look at the new values", "value=\"Ivan&#39;s name\"", "Sales"]);
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Sales");
    let again = version(&refused.text);
    says(
        &ivan.does(&path, &[("name", "Ivan's name"), ("contact_rule", "leave"), ("version", &again)]).await,
        &["Saved"],
    );
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Ivan's name");
    let again = version(&ivan.get(&path).await.is(200).text);
    let empty = ivan.posts(&path, &[("name", " "), ("version", &again)]).await.is(422);
    says(&empty, &["Fill in “Name in amoCRM”.", "one field needs a correction"]);
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    let away = ivan.posts(&path, &[("name", "Kept"), ("version", &again)]).await.is(503);
    says(&away, &["amoCRM is not answering. Nothing is changed", "value=\"Kept\"", "does not tell its pipelines"]);
    world.sandbox.faults().clear();
}

async fn a_pause_ends_with_a_choice(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let visitor = Visitor::owner(world, line.tenant_id).await;
    let path = |rest: &str| format!("/panel/sources/{}{rest}", line.source_id);
    says(&visitor.get(&path("/pause")).await.is(200), &["will be received and will wait", "0 messages are waiting"]);
    let paused = visitor.does(&path("/pause"), &[]).await;
    says(&paused, &["is paused", "Paused by you", "by Olga Owner", "Switch on"]);
    world.manager(&line).answers("anna", "Old").await;
    world.advance(std::time::Duration::from_secs(7 * 3600));
    world.manager(&line).answers("anna", "Young").await;
    world.deliver_all().await;
    let visitor = Visitor::owner(world, line.tenant_id).await;
    let ask = visitor.get(&path("/resume")).await.is(200);
    says(
        &ask,
        &[
            "2 messages wait, the oldest since 12:00",
            "younger than 1 hour",
            "younger than 6 hours",
            "Send nothing of it",
        ],
    );
    never_says(&ask, &["younger than 12 hours"]);
    says(&visitor.does(&path("/resume"), &[("drop", "6")]).await, &["is switched on"]);
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["Young"]);
}

async fn the_end_of_a_source_is_counted_and_a_lost_one_returns(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let visitor = Visitor::owner(world, line.tenant_id).await;
    let path = |rest: &str| format!("/panel/sources/{}{rest}", line.source_id);
    let ran = visitor.does(&path("/test"), &[]).await;
    says(&ran, &["Test passed", "amoCRM takes a silent message"]);
    let ask = visitor.get(&path("/delete")).await.is(200);
    says(&ask, &["Delete “Line support”?", "1 chat stays in amoCRM", "Delete source"]);
    says(&visitor.does(&path("/delete"), &[]).await, &["is deleted", "No sources yet"]);
    assert!(world.sandbox.sources(HOST).is_empty());
    visitor.get(&path("")).await.is(404);
    visitor.posts(&path("/delete"), &[]).await.is(404);
}

both!(
    the_list_says_how_each_is_doing,
    a_change_is_saved_and_the_second_administrator_is_told,
    a_pause_ends_with_a_choice,
    the_end_of_a_source_is_counted_and_a_lost_one_returns,
);
