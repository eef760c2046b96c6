//! L4: what opens something is not readable in the database. L13: tries of a code are counted one by one.

use entity::session;
use parom_tests::{World, both};
use sea_orm::EntityTrait;

use super::{ALICE, GOOD, Mailed, link_in, owner};

async fn l4_a_link_that_waits_for_its_page_is_sealed(world: &mut World) {
    let (boss, _) = owner(world, GOOD).await;
    boss.opens("/panel/team").await.is(200);
    boss.sends("/panel/team/invite", &[("email", ALICE), ("role", "viewer")]).await.is(303);
    let rows = session::Entity::find().all(world.app().store.read()).await.unwrap();
    let waits: Vec<_> = rows.iter().filter(|row| !row.notice.is_empty()).collect();
    assert_eq!(waits.len(), 1);
    let told = format!("{rows:?}");
    let page = boss.opens("/panel/team").await.is(200);
    let link = link_in(world, &page.text);
    let token = link.split_once("token=").unwrap().1;
    assert!(token.len() == 43 && !told.contains(token) && !told.contains(ALICE) && !told.contains("token="), "{told}");
    world.visitor().opens(&link).await.is(200);
    // A new key of the API goes the same way.
    boss.opens("/panel/keys/new").await.is(200);
    boss.sends("/panel/keys", &[("name", "Key"), ("scope", "read"), ("days", "")]).await.is(303);
    let rows = format!("{:?}", session::Entity::find().all(world.app().store.read()).await.unwrap());
    let made = boss.goes("/panel/keys/made").await.is(200);
    let key = made.between("<code class=\"mono all\">", "<").expect("a key");
    assert!(!rows.contains(key));
}

async fn l13_codes_of_an_alert_address_that_are_posted_at_once_are_all_counted(place: &mut Mailed) {
    let (boss, _) = owner(place, GOOD).await;
    boss.opens("/panel/alerts").await.is(200);
    let fields = [("letters", "on"), ("email", "duty@example.com")];
    boss.sends("/panel/alerts/mine", &fields).await.is(303);
    let letter = place.mail.next().await;
    let code: String = letter.subject.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 6, "{letter:?}");
    boss.opens("/panel/alerts").await.is(200);
    let wrong = if code == "000000" { "111111" } else { "000000" };
    let tried = [("code", wrong)];
    futures_util::future::join_all((0..12).map(|_| boss.sends("/panel/alerts/code", &tried))).await;
    boss.opens("/panel/alerts").await.is(200);
    boss.sends("/panel/alerts/code", &[("code", &code)]).await.is(303);
    boss.opens("/panel/alerts").await.is(200).never_says(&["duty@example.com is proved"]);
    let (reader, db) = (super::only_member(place).await, place.app().store.read());
    let reader = parom::alert_notices::readers::one(db, reader.0, reader.1).await.unwrap().unwrap();
    assert_eq!(reader.address(), "", "five tries, however they come");
}

both!(
    l4_a_link_that_waits_for_its_page_is_sealed,
    l13_codes_of_an_alert_address_that_are_posted_at_once_are_all_counted,
);
