//! The first page of the admin: the whole service at a glance.

use base::store::VENDOR;
use entity::heartbeat;
use parom::delivery::gauges;
use parom_tests::{Answer, World, both};
use sea_orm::{EntityTrait, IntoActiveModel};

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
    parom::missed_hooks::beat(&world.app().missed_hooks).await.unwrap();
    gauges::look(world.app()).await.unwrap();

    let olga = Operator::signed_in(world).await;
    let page = olga.opens("/admin").await.is(200);
    // One installed, three of the even ones; number 7 is suspended.
    assert_eq!(figure(&page.text, "Active accounts"), "4");
    assert!(page.text.contains("4\u{a0}need attention"), "{}", page.text);
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

both!(the_first_page_shows_the_whole_service);
