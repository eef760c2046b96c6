//! What panel and widget say above their pages when a limit is nearly used up, or is.

use base::config::Config;
use base::store::statements_of;
use parom_tests::settings::HOST;
use parom_tests::{Line, Reply, World};
use serde_json::{Value, json};

use super::{DAY, each, plans};
use crate::alerts::open;
use crate::import::{sends, texts};
use crate::limits::visitor_sends;
use crate::media::png;
use crate::webchat::{OnSite, SHOP, chat_with};
use crate::widget_api::User;

async fn looks(world: &World) {
    parom::usage::write_down(&world.app().usage).await.unwrap();
    parom::alert_checks::limits(&world.app().usage).await.unwrap();
}

async fn page(world: &World, line: &Line) -> Reply {
    world.panel(line.tenant_id).await.opens("/panel/messages").await.is(200)
}

/// The texts that the widget shows.
async fn widget(world: &World, user: &User, language: &str) -> Vec<String> {
    let answer = user.get(world, &format!("/sources?lang={language}")).await.is(200).json;
    let notices = answer["tenant"]["notices"].as_array().unwrap().clone();
    notices.iter().map(|one| one["text"].as_str().unwrap().replace('\u{a0}', " ")).collect()
}

async fn patch(world: &World, change: Value) {
    let id = world.active(HOST).await;
    world.api.patch(&format!("/api/v1/tenants/{id}"), &change).await.is(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_the_month_are_announced_until_the_month_ends() {
    each(async |world| {
        let line = world.line("support").await;
        let user = User::administrator(world).await;
        let anna = world.customer(&line, "anna");
        for number in 0..4 {
            anna.writes(&format!("message {number}")).await;
        }
        page(world, &line).await.never_says(&["Messages this month"]);
        looks(world).await;
        let near = "Messages this month: 4 of the 5 of the plan. Those beyond that are delivered too";
        let shown = page(world, &line).await;
        shown.says(&[near, "For a larger plan, ask the vendor."]);
        assert!(shown.text.contains("class=\"strip t-warn\""), "{}", shown.text);
        // A viewer reads it too, on every page.
        let viewer = world.panel_as(line.tenant_id, 2002, "Vera", false).await;
        viewer.opens("/panel").await.is(200).says(&[near]);
        assert!(widget(world, &user, "en").await[0].starts_with(near));
        assert!(widget(world, &user, "ru").await[0].starts_with("Сообщений в этом месяце: 4 из 5 по тарифу."));

        anna.writes("the fifth").await;
        anna.writes("the sixth").await;
        looks(world).await;
        page(world, &line).await.says(&["messages of this month are used up: 6 of 5."]);
        anna.writes("the seventh").await;
        looks(world).await;
        page(world, &line).await.says(&["are used up: 7 of 5."]);
        assert_eq!(widget(world, &user, "en").await.len(), 1);
        world.deliver_to_the_end().await;

        // A larger plan ends it at once, before the next look at the limits; so does the next month.
        patch(world, json!({ "plan": "all" })).await;
        page(world, &line).await.never_says(&["used up"]);
        patch(world, json!({ "plan": "start", "paid_until": "2027-06-01T00:00:00Z" })).await;
        page(world, &line).await.says(&["are used up: 7 of 5."]);
        world.advance(12 * DAY);
        assert_eq!(open(world, line.tenant_id).await, ["limit_reached"]);
        page(world, &line).await.never_says(&["used up"]);
        let user = User::administrator(world).await;
        assert_eq!(widget(world, &user, "en").await, [""; 0]);
        looks(world).await;
        assert!(open(world, line.tenant_id).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_are_announced_as_they_are_now() {
    each(async |world| {
        let line = world.line("one").await;
        world.line("two").await;
        looks(world).await;
        page(world, &line).await.says(&["2 of 2 sources are used: none can be added", "ask the vendor"]);
        patch(world, json!({ "sources_limit": 3 })).await;
        page(world, &line).await.never_says(&["sources are used"]);
        let third = world.line("three").await;
        page(world, &line).await.says(&["3 of 3 sources are used"]);
        world.api.delete(&third.path("")).await.is(204);
        page(world, &line).await.never_says(&["sources are used"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_storage_says_what_is_refused() {
    each(async |world| {
        let line = world.line("support").await;
        let text = "x".repeat(200_000);
        for number in 0..12 {
            let message = json!({ "id": format!("m{number}"), "conversation": { "id": "c" },
                "sender": { "role": "client", "id": "u", "name": "U" }, "content": { "type": "text", "text": text } });
            world.api.post(&line.path("/messages"), &message).await.is(202);
        }
        looks(world).await;
        let shown = page(world, &line).await;
        shown
            .says(&["Storage is full: 2.", "MB of 2 MB. Messages that your programs send through the API are refused"]);
        assert!(shown.text.contains("class=\"strip t-bad\""), "{}", shown.text);
        patch(world, json!({ "plan": "all" })).await;
        page(world, &line).await.never_says(&["Storage is full"]);
        world.leave_letters();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_warnings_only_a_reached_limit_is_reported() {
    each(async |world| {
        world.setup_is(|config: &mut Config| {
            plans(config);
            config.alerts.limit_percent = 0;
        });
        let line = world.line("support").await;
        let anna = world.customer(&line, "anna");
        for number in 0..4 {
            anna.writes(&format!("message {number}")).await;
        }
        looks(world).await;
        assert_eq!(open(world, line.tenant_id).await, ["limit_near"]);
        world.restart().await;
        looks(world).await;
        assert!(open(world, line.tenant_id).await.is_empty());
        page(world, &line).await.never_says(&["Messages this month"]);
        anna.writes("the fifth").await;
        looks(world).await;
        assert_eq!(open(world, line.tenant_id).await, ["limit_reached"]);
        assert_eq!(super::events(world, "limit.reached").await.len(), 1);
        page(world, &line).await.says(&["used up: 5 of 5."]);
        world.deliver_to_the_end().await;
    })
    .await;
}

/// The limits that concern imports and visitors: before they are reached, by their names in the vendor's events, and over at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imports_and_visitors_files_are_announced_too() {
    each(async |world| {
        world.setup_is(|config: &mut Config| {
            plans(config);
            config.alerts.limit_percent = 50;
            config.limits.imports_waiting = 2;
            config.limits.imports_waiting_mb = 2;
            config.media.tenant_mb = 10;
        });
        world.restart().await;
        let line = world.line("support").await;
        patch(world, json!({ "plan": "all" })).await;
        let user = User::administrator(world).await;
        let first = begins_import(world, &line, "anna").await;
        let chat = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
        visitor_sends(world, &OnSite::new(&chat), "192.0.2.1", &png(900 * 1024)).await.is(202);
        looks(world).await;
        let near = "Imports in progress: 1 of 2. Beyond that none can be started until one ends or is cancelled.";
        let near_size = "of 2 MB are used. A file that does not fit is refused";
        let visitors =
            "Files of web chat visitors: 900 KB of 2 MB are used. When the space is full, visitors cannot send files";
        let shown = page(world, &line).await;
        shown.says(&[near, near_size, visitors]);
        assert!(shown.text.contains("class=\"strip t-warn\"") && !shown.text.contains("class=\"strip t-bad\""));
        let names = |events: &[Value]| -> Vec<String> {
            let name = |event: &Value| event["data"]["limit"]["name"].as_str().unwrap().to_owned();
            events.iter().map(name).collect()
        };
        assert_eq!(names(&super::events(world, "limit.near").await), ["visitors", "imports", "imports-size"]);
        let told = widget(world, &user, "ru").await;
        for begin in [
            "Незавершённых импортов: 1 из 2.",
            "Файлы незавершённых импортов: занято ",
            "Файлы посетителей веб-чатов: занято 900 КБ из 2 МБ.",
        ] {
            assert!(told.iter().any(|text| text.starts_with(begin)), "{begin}: {told:?}");
        }

        begins_import(world, &line, "bert").await;
        visitor_sends(world, &OnSite::new(&chat), "192.0.2.2", &png(900 * 1024)).await.is(202);
        looks(world).await;
        let shown = page(world, &line).await;
        shown.says(&[
            "Imports in progress: 2 of 2. The next one",
            "Files of web chat visitors fill their space: 1.8 MB of 2 MB.",
        ]);
        assert!(shown.text.contains("class=\"strip t-bad\""), "{}", shown.text);
        assert!(names(&super::events(world, "limit.reached").await).contains(&"imports".to_owned()));

        // An import that ends is no longer counted: at once, before the next look at the limits.
        world.api.post(&format!("/api/v1/imports/{first}/cancel"), &json!({})).await.is(202);
        let shown = page(world, &line).await;
        shown.says(&[near]);
        shown.never_says(&["Imports in progress: 2 of 2"]);
        world.leave_letters();
    })
    .await;
}

/// Begins an import of one message; returns its id.
async fn begins_import(world: &World, line: &Line, name: &str) -> String {
    sends(world, line, "", texts(name, 1)).await.is(202).text_at("/id")
}

/// The notices come with the count of the open alerts, which every page reads anyway.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_costs_a_page_no_statement() {
    each(async |world| {
        let line = world.line("support").await;
        let app = world.app().clone();
        let tenant = parom::tenant::load(app.store.read(), line.tenant_id).await.unwrap().unwrap();
        let anna = world.customer(&line, "anna");
        for number in 0..4 {
            anna.writes(&format!("message {number}")).await;
        }
        looks(world).await;
        let words = base::i18n::Words::new(base::i18n::Language::En);
        let read = statements_of(async {
            let open = parom::alert::summary(app.store.read(), tenant.tenant_id).await.unwrap();
            assert_eq!((open.count, open.limits.len()), (1, 1));
            let notices = parom::usage::limit_notices(&app.usage, &tenant, &open.limits, words).await.unwrap();
            assert_eq!(notices.len(), 1);
        });
        let statements = read.await.statements;
        assert_eq!(statements.len(), 1, "{statements:#?}");
        world.deliver_to_the_end().await;
    })
    .await;
}
