//! H1 at the edges of time: what was read before credentials fell changes and opens nothing afterwards.

use parom::identity::{credentials, link, person as persons, totp};
use parom_tests::{World, both};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{ALICE, EVIL, MALLORYS, code, link_in, person, squats};

async fn h1_a_person_row_read_before_the_proof_is_worthless_after_it(world: &mut World) {
    squats(world, EVIL, ALICE).await;
    let (app, before) = (world.app().clone(), person(world, ALICE).await);
    let db = app.store.write();
    assert!(credentials::hold(db, &before).await.unwrap());
    let session = entity::session::Entity::find().filter(entity::session::Column::PersonId.eq(before.id));
    let session = session.one(db).await.unwrap().expect("Mallory's session");
    assert!(credentials::hold_in(&app.identity, db, &before, &session).await.unwrap());
    assert!(credentials::prove(&app.identity, db, &before).await.unwrap(), "the first proof");
    assert!(!credentials::prove(&app.identity, db, &before).await.unwrap(), "there is one first");
    assert!(!credentials::hold(db, &before).await.unwrap(), "no session opens");
    assert!(!credentials::set_password(db, &before, "hash", before.set_in).await.unwrap());
    let begun = totp::begin(&before).unwrap();
    let confirmed =
        totp::confirm(&app.identity, db, &before, (&begun.secret, &code(world, &begun.secret)), before.set_in).await;
    assert_eq!(confirmed.unwrap(), totp::FirstCodeResult::Changed);
    let after = persons::by_id(db, before.id).await.unwrap().unwrap();
    // A request that found its session before, and reads the person only now.
    assert!(credentials::hold(db, &after).await.unwrap());
    assert!(
        !credentials::hold_in(&app.identity, db, &after, &session).await.unwrap(),
        "the session ended with the proof"
    );
    assert!(!credentials::any(&after) && after.set_in.is_none() && after.proved_at.is_some());
}

/// Of many passwords posted beside the proof none stays, and no session of them.
async fn h1_passwords_set_during_the_proof_do_not_survive_it(world: &mut World) {
    let mallory = squats(world, EVIL, ALICE).await;
    let (app, before) = (world.app().clone(), person(world, ALICE).await);
    mallory.browser.opens("/panel/me").await.is(200);
    let fields = [("current", MALLORYS), ("password", "a pier without any lamps")];
    let signs_in = [("email", ALICE), ("password", MALLORYS), ("to", "")];
    let visitors: Vec<_> = (0..4).map(|_| world.visitor()).collect();
    let (proved, ..) = tokio::join!(
        async { credentials::prove(&app.identity, app.store.write(), &before).await.unwrap() },
        mallory.browser.sends("/panel/me/password", &fields),
        futures_util::future::join_all(visitors.iter().map(|visitor| visitor.sends("/panel/sign-in", &signs_in))),
    );
    assert!(proved);
    let after = person(world, ALICE).await;
    assert!(!credentials::any(&after), "nothing of Mallory's is left");
    assert_eq!(mallory.browser.opens("/panel/me").await.status, 303);
}

/// A password that was right when it was checked opens nothing once the proof has come: the session is opened for the
/// person as they were checked, or not at all.
async fn h1_a_sign_in_that_races_with_the_proof_opens_nothing(world: &mut World) {
    let (boss, _) = super::owner(world, EVIL).await;
    let link = link_in(world, &super::invites(&boss, ALICE, "viewer").await.text);
    let mallory = world.visitor();
    super::presses(&mallory, &link).await.is(303);
    super::sets_password(&mallory, MALLORYS).await;
    let (app, before) = (world.app().clone(), person(world, ALICE).await);
    let fields = [("email", ALICE), ("password", MALLORYS), ("to", "")];
    let visitors: Vec<_> = (0..4).map(|_| world.visitor()).collect();
    let (proved, _) = tokio::join!(
        async { credentials::prove(&app.identity, app.store.write(), &before).await.unwrap() },
        futures_util::future::join_all(visitors.iter().map(|visitor| visitor.sends("/panel/sign-in", &fields))),
    );
    assert!(proved);
    for visitor in visitors.iter().chain([&mallory]) {
        assert_eq!(visitor.opens("/panel/me").await.status, 303, "no person is signed in");
        assert_eq!(visitor.opens("/panel/choose").await.is_redirect(), "/panel/sign-in");
    }
}

/// L5: a newer link ends the older one of the same kind, and no other.
async fn l5_an_older_link_dies_when_a_newer_one_is_made(world: &mut World) {
    let (boss, _) = super::owner(world, EVIL).await;
    let first = link_in(world, &super::invites(&boss, ALICE, "viewer").await.text);
    let id = person(world, ALICE).await.id;
    let second = super::unmailed(world, &boss, id).await;
    let bobs = link_in(world, &super::invites(&boss, "bob@victim.example", "viewer").await.text);
    world.visitor().opens(&first).await.is(410);
    let token = first.split_once("token=").unwrap().1;
    world.visitor().sends_as_it_is("/panel/link", &[("token", token)]).await.is(410);
    super::presses(&world.visitor(), &second).await.is(303);
    super::presses(&world.visitor(), &bobs).await.is(303);
    // All that is asked for lives ten minutes at most; an invitation waits for its reader.
    let minutes = |purpose: link::Purpose| purpose.life() / 60_000;
    use link::Purpose::{Handed, NewAuthenticator, Operator, SignIn};
    assert!([SignIn, Handed, Operator, NewAuthenticator].into_iter().all(|purpose| minutes(purpose) <= 10));
}

both!(
    h1_a_person_row_read_before_the_proof_is_worthless_after_it,
    h1_passwords_set_during_the_proof_do_not_survive_it,
    h1_a_sign_in_that_races_with_the_proof_opens_nothing,
    l5_an_older_link_dies_when_a_newer_one_is_made,
);
