//! What the panel says is so: since when, how much, what still works, and where a button leads.

use std::time::Duration;

use base::i18n::{Language, Words};
use entity::tenant_channel;
use parom::delivery::read::figures;
use parom::tenant::ChannelStatus;
use parom_tests::settings::HOST;
use parom_tests::{Answer, World, both, once};
use serde_json::json;
use simulator::crm::{Fault, Part};
use uuid::Uuid;

use super::causes::{cards, loses_access, loses_channel};

const MINUTE: Duration = Duration::from_secs(60);

/// D6: a source in trouble was in trouble since it was made.
async fn a_source_is_in_trouble_since_its_first_failure(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.advance(30 * MINUTE);
    world.messenger.answers_by(|_| Answer::status(500));
    let failed_at = world.app().clock.millis();
    for text in ["One", "Two", "Three"] {
        world.manager(&line).answers("anna", text).await;
        world.deliver_all().await;
        world.advance(5 * MINUTE);
        world.deliver_all().await;
    }
    let seen = world.api.get(&line.path("")).await.is(200).json;
    assert_eq!(seen["status_reason"], "messenger_unreachable", "{seen}");
    let since = chrono::DateTime::parse_from_rfc3339(seen["status_since"].as_str().unwrap()).unwrap();
    assert!(since.timestamp_millis() >= failed_at, "{since} is before the first failure");
    world.messenger.heals();
    world.advance(60 * MINUTE);
    world.deliver_to_the_end().await;
}

/// A source without messages was without amoCRM since it was made.
async fn amocrm_is_away_for_all_sources_since_the_same_time(world: &mut World) {
    let (busy, quiet) = (world.line("busy").await, world.line("quiet").await);
    world.advance(30 * MINUTE);
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    world.customer(&busy, "anna").writes("Hello").await;
    for _ in 0..4 {
        world.deliver_all().await;
        world.advance(2 * MINUTE);
    }
    for line in [&busy, &quiet] {
        let seen = world.api.get(&line.path("")).await.is(200).json;
        let wanted = (json!("crm_unreachable"), json!("2026-11-20T09:30:00.000Z"));
        assert_eq!((&seen["status"], &seen["status_since"]), (&wanted.0, &wanted.1), "{seen}");
    }
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
}

/// B7: the overview stayed red for an hour after amoCRM worked again.
async fn a_side_that_works_again_is_no_longer_marked(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    world.sandbox.faults().next(Part::Message, 1, Fault::Status { code: 503, retry_after: None });
    anna.writes("Hello").await;
    world.deliver_to_the_end().await;
    let owner = world.panel(line.tenant_id).await;
    let page = owner.opens("/panel").await.is(200);
    page.says(&["amoCRM: 1 of ", "requests failed in the last hour", "The last failure was ", "class=\"t-bad\""]);
    world.advance(11 * MINUTE);
    anna.writes("Thank you").await;
    world.deliver_all().await;
    let page = owner.opens("/panel").await.is(200);
    page.says(&["The source works"]);
    page.never_says(&["requests failed in the last hour", "class=\"t-bad\"", "class=\"t-warn\""]);
}

async fn lose(world: &World, tenant_id: Uuid, channel_id: Uuid) {
    let (tenants, status) = (&world.app().tenants, ChannelStatus::Disconnected);
    parom::tenant::channels::broken(tenants, tenant_id, channel_id, status, "gone").await.unwrap();
}

/// D6: the same for a channel; and a repeated refusal does not make it younger.
async fn a_lost_channel_is_lost_since_it_was_lost(world: &mut World) {
    let line = world.line("support").await;
    world.advance(30 * MINUTE);
    let lost_at = world.app().clock.millis();
    let channel =
        tenant_channel::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap().unwrap();
    lose(world, line.tenant_id, channel.channel_id).await;
    let row = tenant_channel::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap().unwrap();
    assert_eq!((row.status.as_str(), row.checked_at), ("disconnected", lost_at));
    world.advance(10 * MINUTE);
    lose(world, line.tenant_id, channel.channel_id).await;
    let row = tenant_channel::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap().unwrap();
    assert_eq!(row.checked_at, lost_at);
}

/// D8, D10: an unpaid account has one card that names its sources and leads to the payment.
async fn one_card_for_the_account_leads_to_the_payment(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    // D9: a refused message is enough to know it.
    world.sandbox.set_unpaid(HOST, true);
    world.sandbox.faults().next(Part::Message, 1, Fault::Status { code: 402, retry_after: None });
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let page = owner.opens("/panel").await.is(200);
    page.says(&[
        "amoCRM is not paid",
        "Affected source:",
        "settings/pay/\" target=\"_blank\"",
        "Pay for amoCRM",
        "errors 100%",
    ]);
    // Refused calls have the same cause.
    page.never_says(&["source needs attention", "sources need attention", "requests failed in the last hour"]);
    assert_eq!(cards(&page), 1, "{}", page.text);
    for path in ["/panel/account".to_owned(), format!("/panel/sources/{}", line.source_id)] {
        owner.opens(&path).await.is(200).says(&["settings/pay/\" target=\"_blank\""]);
    }
    owner.opens("/panel/audit").await.is(200).says(&["amoCRM asks for payment"]);
    world.sandbox.set_unpaid(HOST, false);
    world.advance(120 * MINUTE);
    world.deliver_to_the_end().await;
}

/// D10: without its channel no message goes, and nothing says that they do.
async fn lost_access_without_a_channel_promises_no_delivery(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    loses_access(world, line.tenant_id).await;
    owner.opens("/panel").await.is(200).says(&["Messages still go both ways"]);
    loses_channel(world, line.tenant_id).await;
    for path in ["/panel", "/panel/account"] {
        let page = owner.opens(path).await.is(200);
        page.says(&["has disconnected the chat channel"]);
        page.never_says(&["Messages still go both ways"]);
    }
    // The first step was done once, and stays done.
    owner.opens("/panel").await.is(200).never_says(&["Parom has no access to the account right now"]);
}

/// D12: failures and undelivered messages are no "all works"; a messenger that only writes is in use.
async fn the_overview_is_not_green_while_messages_fail(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    owner.opens("/panel").await.is(200).says(&["The source works", "1 message received"]);
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "One").await;
    world.deliver_all().await;
    let page = owner.opens("/panel").await.is(200);
    page.says(&["1 message was not delivered.", "1 of 1 requests failed in the last hour (100%)", "class=\"t-bad\""]);
    page.never_says(&["The source works"]);
}

/// D11: a person who allows access again has sources already.
async fn access_again_is_not_the_first_source(world: &mut World) {
    let first = world.owner(HOST).installs_in_a_browser().await.is(200);
    first.says(&["Add the first source"]);
    world.line("support").await;
    let again = world.owner(HOST).installs_in_a_browser().await.is(200);
    again.says(&["Open the panel"]);
    again.never_says(&["Add the first source"]);
}

/// D2: "forwarded within" counted from the message to statuses and edits that followed much later.
async fn d2_only_messages_count_in_the_time_to_forward(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("Hello").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let id = world.messages().await.last().unwrap().id.to_string();
    world.advance(Duration::from_secs(48));
    anna.reports_status(&id, "read").await.is(202);
    world.deliver_all().await;
    let attempts = entity::attempt::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    assert_eq!(attempts.len(), 3, "two messages and a status");
    let page = world.panel(line.tenant_id).await.opens("/panel").await.is(200);
    let within = page.between("From receipt to the first attempt, 95%: ", "<").unwrap().replace('\u{a0}', " ");
    assert!(within.contains(" ms") || within.contains("less than"), "{within}");
}

/// D2: messages of a file wait in it for their turn, which was counted as a delay.
async fn d2_imports_do_not_slow_the_figures(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let texts = crate::import::texts("carl", 3);
    let id = crate::import::sends(world, &line, "", texts).await.is(202).text_at("/id");
    world.advance(Duration::from_secs(98));
    assert_eq!(crate::import::ends(world, &id).await["done"], 3);
    let page = owner.opens("/panel").await.is(200);
    let within = page.between("From receipt to the first attempt, 95%: ", "<").unwrap().replace('\u{a0}', " ");
    assert!(within.contains(" ms") || within.contains("less than"), "{within}");
    let figures = figures::read(&world.app().delivery, line.tenant_id, None).await.unwrap();
    let times = figures.times().expect("three were delivered");
    assert_eq!((times.messages, times.most / 1_000), (3, 0), "{times:?}");
    owner.opens("/panel/messages?slower=2").await.is(200).never_says(&["/panel/messages/"]);
}

/// D23: a hint named a right of a key by other words than the page of keys.
#[test]
fn d23_a_keys_right_is_called_the_same_everywhere() {
    for language in [Language::En, Language::Ru] {
        let words = Words::new(language);
        let (hint, right) =
            (words.text("wizard-slow-custom-3").to_string(), words.text("keys-scope-write").to_string());
        assert!(hint.contains(&right), "{hint} does not name {right}");
    }
}

/// What pages say of people, keys and times, each once a complaint.
async fn small_things_are_so(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    // D15: the log is for people: words, names and links; ids are folded below them.
    world.api.patch(&line.path(""), &json!({"name": "Sales"})).await.is(200);
    owner.does("/panel/keys", &[("name", "Shop"), ("scope", "write"), ("days", "")]).await;
    let page = owner.opens("/panel/audit").await.is(200);
    let source = format!("href=\"/panel/sources/{}\"", line.source_id);
    page.says(&["changed: name", "scope: Read and send", "From the widget in amoCRM", &source, "Sales"]);
    page.never_says(&["fields: ", "expires_at", "scope: write", "external_id"]);
    let shown: String =
        page.text.split("<details").map(|part| part.rsplit("</details>").next().unwrap_or_default()).collect();
    assert!(!shown.contains(&format!(">{}<", line.source_id)), "{shown}");
    // D20: without scripts nothing refreshes automatically, and the page shows its age.
    let page = owner.opens("/panel").await.is(200);
    page.says(&["<span class=\"by-script\">Updates automatically", "<span class=\"by-hand\">As of "]);
    world.visitor().opens("/panel/static/base.css").await.is(200).says(&[".by-script{display:none}"]);
    // D16: the report is copied or saved; no page without a way back is opened.
    let id = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let report = format!("/panel/messages/{id}/report");
    let page = owner.opens(&format!("/panel/messages/{id}")).await.is(200);
    page.says(&[&format!("data-copy-from=\"{report}\""), &format!("href=\"{report}\" download")]);
    assert!(owner.opens(&report).await.is(200).header("content-disposition").starts_with("attachment"));
    // D22: managers distinguish sources by their names.
    let body = json!({"kind": "webchat", "name": "Website chat", "settings": {}});
    world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    owner.does("/panel/sources/new", &[("kind", "webchat")]).await;
    let routing = owner.does("/panel/sources/new/webchat/access", &[("do", "next")]).await;
    routing.says(&["value=\"Website chat 2\""]);
    // D18: the reader is here now.
    world.advance(25 * MINUTE);
    let page = owner.opens("/panel/team").await.is(200);
    assert!(page.between("(you)", "</tr>").expect("the reader's row").contains("just now"), "{}", page.text);
    owner.sends("/panel/language", &[("to", "ru")]).await.is(303);
    owner.opens("/panel/audit").await.is(200).says(&["изменено: название", "права: Чтение и отправка"]);
}

both!(a_lost_channel_is_lost_since_it_was_lost);
once!(
    a_source_is_in_trouble_since_its_first_failure,
    amocrm_is_away_for_all_sources_since_the_same_time,
    a_side_that_works_again_is_no_longer_marked,
    one_card_for_the_account_leads_to_the_payment,
    lost_access_without_a_channel_promises_no_delivery,
    the_overview_is_not_green_while_messages_fail,
    access_again_is_not_the_first_source,
    d2_only_messages_count_in_the_time_to_forward,
    d2_imports_do_not_slow_the_figures,
    small_things_are_so,
);
