//! The first page of the admin: the whole service at a glance.

use base::store::VENDOR;
use entity::heartbeat;
use parom::delivery::gauges;
use parom_tests::{Answer, World, both, on_postgres};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::lists::add_tenants;
use super::operator::Operator;

/// The value of a tile.
fn figure(text: &str, label: &str) -> String {
    let tile = text.split("<li class=\"tile").skip(1).find(|tile| tile.contains(label));
    let tile = tile.unwrap_or_else(|| panic!("no tile {label}: {text}"));
    let value = tile.split("class=\"figure\">").nth(1).unwrap().split("</p>").next().unwrap();
    value.rsplit('>').next().unwrap().trim().to_owned()
}

async fn the_first_page_shows_the_whole_service(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("canary").await;
    world.deliver_all().await;
    world.messenger.answers_by(|_| Answer::status(400));
    world.manager(&line).answers("anna", "refused").await;
    world.deliver_to_the_end().await;
    world.api.patch(&line.path(""), &serde_json::json!({"paused": true})).await.is(200);
    world.manager(&line).answers("anna", "held").await;
    world.deliver_to_the_end().await;
    add_tenants(world, 8).await;
    parom::missed_hooks::beat(&world.app().intake).await.unwrap();
    gauges::look(&world.app().delivery).await.unwrap();

    let olga = Operator::signed_in(world).await;
    let page = olga.opens("/admin").await.is(200);
    // One installed, three of the even ones; number 7 is suspended.
    assert_eq!(figure(&page.text, "Active accounts"), "4");
    assert!(page.text.contains("4\u{a0}need attention"), "{}", page.text);
    // The menu and the title of every page count what needs the vendor.
    for place in ["/admin", "/admin/operators"] {
        let page = olga.opens(place).await.is(200);
        let count = |number: &str, said: &str| {
            format!(
                "<span> <span class=\"count\" aria-hidden=\"true\">{number}</span><span class=\"unseen\">({said})</span></span></a>"
            )
        };
        let accounts = count("4", "4\u{a0}accounts need attention");
        for wanted in [accounts, count("1", "1\u{a0}undelivered message"), "<title>(5) ".to_owned()] {
            assert!(page.text.contains(&wanted), "{wanted}: {}", page.text);
        }
    }
    assert_eq!(figure(&page.text, "Messages today"), "3");
    assert_eq!(figure(&page.text, "Undelivered"), "1");
    assert!(page.text.contains("In 1\u{a0}account"), "{}", page.text);
    assert_eq!(figure(&page.text, ">Waiting"), "0", "held letters wait for a person");
    for state in ["active", "unpaid", "suspended"] {
        assert!(page.text.contains(&format!("/admin/accounts?state={state}\"")), "{state}: {}", page.text);
    }
    assert!(!page.text.contains("canary"), "{}", page.text);
    assert!(page.text.contains(env!("CARGO_PKG_VERSION")) && page.text.contains("Running"), "{}", page.text);
    assert!(!page.text.contains("different versions"));

    let destinations = page.text.split_once("Where messages go").unwrap().1.split("<h2>").next().unwrap();
    // To amoCRM went the message, and the status of the refused answer.
    for wanted in [
        "amoCRM · main",
        "Your own messenger",
        "data-label=\"Errors\">0\u{a0}of 2<",
        "data-label=\"Errors\">1\u{a0}of 1<",
    ] {
        assert!(destinations.contains(wanted), "{wanted}: {destinations}");
    }
    assert_eq!(destinations.matches("data-label=\"Failing\">0\u{a0}of 1<").count(), 2, "{destinations}");
    assert!(page.text.contains("href=\"/admin/doctor\"") && page.text.contains("Free disk space"), "{}", page.text);

    let other = heartbeat::Model {
        tenant_id: VENDOR,
        instance: world.clock.uuid_v7(),
        beat_at: world.app().store.now().await.unwrap(),
        ended: false,
        spooled: 5,
        keys: None,
        version: None,
        calls: None,
    };
    let db = world.app().store.write();
    heartbeat::Entity::insert(other.into_active_model()).exec_without_returning(db).await.unwrap();
    let page = olga.opens("/admin").await.is(200);
    assert!(page.text.contains("different versions"), "{}", page.text);
    assert!(page.text.contains("data-label=\"In the spool\">5<"), "{}", page.text);
    let russian = olga.opens("/admin?lang=ru").await.is(200);
    assert_eq!(figure(&russian.text, "Активные аккаунты"), "4");
    world.leave_letters();
}

/// Calls of all running processes are one sum; those of a process that is no longer heard do not count.
async fn calls_of_all_processes_are_one_sum(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let olga = Operator::signed_in(world).await;
    let row = async |name: &str| {
        let page = olga.opens("/admin").await.is(200).text;
        let destinations = page.split_once("Where messages go").unwrap().1.split("<h2>").next().unwrap().to_owned();
        let rows: Vec<&str> = destinations.split("<tr>").collect();
        let found = rows.iter().find(|row| row.contains(name)).unwrap_or_else(|| panic!("{name}: {destinations}"));
        found.replace('\u{a0}', " ")
    };
    let before = row("amoCRM · main").await;
    assert!(before.contains("data-label=\"Errors\">0 of 1<"), "{before}");

    let second = world.another_server().await;
    let now = world.clock.millis();
    let slots = &second.app.delivery.slots;
    for (failed, millis) in [(true, 2_500), (true, 40), (false, 30)] {
        slots.measure("amojo:main", millis, failed, now);
    }
    slots.measure("telegram", 20, true, now);
    for tenant in 1..=20 {
        slots.note("telegram", uuid::Uuid::from_u128(tenant), false, now);
    }
    parom::missed_hooks::beat(&second.app.intake).await.unwrap();
    let sum = row("amoCRM · main").await;
    assert!(sum.contains("data-label=\"Errors\">2 of 4<"), "{sum}");
    assert!(sum.contains("95% of calls within\">2"), "{sum}");
    let elsewhere = row("Telegram").await;
    assert!(elsewhere.contains("data-label=\"Errors\">1 of 1<"), "{elsewhere}");
    let page = olga.opens("/admin").await.is(200);
    assert!(
        page.text.contains("<code class=\"mono\">telegram</code>: requests from several accounts fail"),
        "{}",
        page.text
    );
    page.says(&["cover the same 15 minutes, up to 500 calls per process and destination"]);

    // It is no longer heard.
    let db = world.app().store.write();
    heartbeat::Entity::update_many()
        .col_expr(heartbeat::Column::BeatAt, sea_orm::sea_query::Expr::value(0))
        .filter(heartbeat::Column::Instance.eq(second.app.queue.instance()))
        .exec(db)
        .await
        .unwrap();
    let again = row("amoCRM · main").await;
    assert!(again.contains("data-label=\"Errors\">0 of 1<"), "{again}");
    second.stop().await;
}

both!(the_first_page_shows_the_whole_service);
// SQLite has one process.
on_postgres!(calls_of_all_processes_are_one_sum);
