//! What the vendor announces: planned, shown to those whom it concerns, changed and deleted.

use std::time::Duration;

use base::store::VENDOR;
use entity::announcement;
use parom_tests::settings::HOST;
use parom_tests::{World, once};
use sea_orm::EntityTrait;
use serde_json::json;

use super::operator::Operator;
use super::signing_in::log;
use crate::widget_api::User;

const NEW: &str = "/admin/announcements";
const OTHER: &str = "other.amocrm.ru";

/// A form that is complete but for what a test changes.
fn form<'form>(change: &[(&'form str, &'form str)]) -> Vec<(&'form str, &'form str)> {
    let mut all = vec![
        ("text_ru", "Ночью работы"),
        ("text_en", "Works <b>tonight</b>"),
        ("link", ""),
        ("starts", ""),
        ("ends", "2026-11-20T09:10"),
        ("audience", "all"),
        ("accounts", ""),
        ("plan", ""),
        ("integration", ""),
    ];
    for (name, value) in change {
        all.retain(|(known, _)| known != name);
        all.push((name, value));
    }
    all
}

/// The id of the only announcement.
async fn only(world: &World) -> String {
    let found = announcement::Entity::of_tenant(VENDOR).all(world.app().store.read()).await.unwrap();
    assert_eq!(found.len(), 1);
    found[0].id.to_string()
}

async fn an_announcement_is_shown_from_its_start_until_its_end(world: &mut World) {
    let line = world.line("support").await;
    let user = User::administrator(world).await;
    let olga = Operator::signed_in(world).await;
    let owner = world.panel(line.tenant_id).await;
    olga.opens(NEW).await.is(200).says(&["No announcements yet"]);
    olga.opens("/admin/announcements/new").await.is(200);
    let planned = [("starts", "2026-11-20T09:05"), ("link", "https://status.example/works")];
    olga.sends(NEW, &form(&planned)).await.is(303);
    olga.opens(NEW).await.is(200).says(&["Planned", "All accounts"]);
    owner.opens("/panel").await.is(200).never_says(&["tonight"]);
    let notices = async |world: &World| user.get(world, "/sources").await.is(200).json["tenant"]["notices"].clone();
    assert_eq!(notices(world).await, json!([]));

    world.advance(Duration::from_secs(5 * 60));
    for page in ["/panel", "/panel/messages", "/panel/sources", "/panel/me"] {
        let shown = owner.opens(page).await.is(200);
        assert!(shown.text.contains("Works &#60;b&#62;tonight&#60;/b&#62;"), "{page}: {}", shown.text);
        assert!(shown.text.contains("href=\"https://status.example/works\""), "{page}");
    }
    let said = json!([{"text": "Works <b>tonight</b>", "link": "https://status.example/works"}]);
    assert_eq!(notices(world).await, said);
    let russian = user.get(world, "/sources?lang=ru").await.is(200).json["tenant"]["notices"][0]["text"].clone();
    assert_eq!(russian, "Ночью работы");

    let id = only(world).await;
    let edited = olga.opens(&format!("{NEW}/{id}")).await.is(200);
    assert!(edited.text.contains("value=\"2026-11-20T09:05\""), "{}", edited.text);
    let later = [("starts", "2026-11-20T09:05"), ("ends", "2026-11-20T09:12"), ("text_en", "Works are over")];
    olga.sends(&format!("{NEW}/{id}"), &form(&later)).await.is(303);
    owner.opens("/panel").await.is(200).says(&["Works are over"]);
    world.advance(Duration::from_secs(8 * 60));
    owner.opens("/panel").await.is(200).never_says(&["Works are over"]);
    olga.opens(NEW).await.is(200).says(&["Ended", "Works are over"]);
    olga.sends(&format!("{NEW}/{id}/delete"), &[]).await.is(303);
    olga.opens(NEW).await.is(200).says(&["The announcement is deleted.", "No announcements yet"]);
    olga.opens(&format!("{NEW}/{id}")).await.is(404);
    let done: Vec<String> = log(world, VENDOR).await;
    let done: Vec<&str> = done.iter().map(String::as_str).filter(|one| one.starts_with("announcement.")).collect();
    assert_eq!(done, ["announcement.added", "announcement.changed", "announcement.deleted"]);
}

async fn one_of_another_process_is_shown_within_a_second(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel").await.is(200);
    let now = world.clock.millis();
    let row = announcement::Model {
        tenant_id: VENDOR,
        id: world.clock.uuid_v7(),
        text_ru: "Ночью работы".to_owned(),
        text_en: "Works tonight".to_owned(),
        link: String::new(),
        audience: "all".to_owned(),
        names: "[]".to_owned(),
        starts_at: now,
        ends_at: now + 60_000,
        created_at: now,
    };
    parom::announcements::add(world.app().store.write(), row).await.unwrap();
    owner.opens("/panel").await.is(200).never_says(&["Works tonight"]);
    world.advance(Duration::from_secs(1));
    owner.opens("/panel").await.is(200).says(&["Works tonight"]);
    world.advance(Duration::from_secs(60));
    owner.opens("/panel").await.is(200).never_says(&["Works tonight"]);
}

async fn only_those_whom_it_concerns_see_it(world: &mut World) {
    let line = world.line("support").await;
    world.owner(OTHER).installs_in_a_browser().await.is(200);
    world.active(OTHER).await;
    let other = world.tenant(OTHER).await.unwrap();
    let number = other["account_id"].as_str().unwrap().to_owned();
    let (mine, theirs) = (world.panel(line.tenant_id).await, other["id"].as_str().unwrap().parse().unwrap());
    let theirs = world.panel(theirs).await;
    let olga = Operator::signed_in(world).await;
    olga.opens("/admin/announcements/new").await.is(200);
    olga.sends(NEW, &form(&[("audience", "accounts"), ("accounts", &number)])).await.is(303);
    olga.opens(NEW).await.is(200).says(&[OTHER, "Shown now"]);
    let id = only(world).await;
    let shows = async |names: &[(&str, &str)]| -> (bool, bool) {
        if !names.is_empty() {
            olga.sends(&format!("{NEW}/{id}"), &form(names)).await.is(303);
        }
        let page = async |visitor: &parom_tests::Visitor| visitor.opens("/panel").await.is(200).text.contains("Works ");
        (page(&mine).await, page(&theirs).await)
    };
    assert_eq!(shows(&[]).await, (false, true));
    let both = format!("{HOST}, {}\n", other["id"].as_str().unwrap());
    assert_eq!(shows(&[("audience", "accounts"), ("accounts", &both)]).await, (true, true));
    assert_eq!(shows(&[("audience", "accounts"), ("accounts", HOST)]).await, (true, false));
    assert_eq!(shows(&[("audience", "integration"), ("integration", "main")]).await, (true, true));
    assert_eq!(shows(&[("audience", "all")]).await, (true, true));
}

async fn a_wrong_form_is_shown_again_with_what_is_wrong(world: &mut World) {
    world.line("support").await;
    let olga = Operator::signed_in(world).await;
    olga.opens("/admin/announcements/new").await.is(200);
    let wrong: [(&[(&str, &str)], &str); 8] = [
        (&[("text_ru", " ")], "Write both texts"),
        (&[("link", "http://status.example")], "begins with https://"),
        (&[("link", "javascript:alert(1)")], "begins with https://"),
        (&[("ends", "")], "Enter an end that is later"),
        (&[("ends", "2026-11-01T09:00")], "Enter an end that is later"),
        (&[("audience", "accounts"), ("accounts", "nobody.amocrm.ru")], "does not exist"),
        (&[("audience", "plan"), ("plan", "gold")], "does not exist"),
        (&[("audience", "everybody")], "does not exist"),
    ];
    for (change, says) in wrong {
        let shown = olga.sends(NEW, &form(change)).await.is(422);
        shown.says(&[says]);
        assert!(shown.text.contains("tonight"), "what was typed stays");
    }
    let stored = announcement::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(stored.is_empty(), "{stored:?}");
    let too_long = "x".repeat(501);
    olga.sends(NEW, &form(&[("text_en", &too_long)])).await.is(422);
}

once!(
    one_of_another_process_is_shown_within_a_second,
    only_those_whom_it_concerns_see_it,
    a_wrong_form_is_shown_again_with_what_is_wrong,
    an_announcement_is_shown_from_its_start_until_its_end
);
