//! H1: an account's owner registers another person's e-mail beforehand, and the next account invites it; with and
//! without e-mails, and at the edges of time.

use std::time::Duration;

use entity::session;
use parom::identity::{credentials, link, person as persons, second_step};
use parom_tests::{World, both, once};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    ALICE, ALICES, EVIL, GOOD, MALLORYS, Mailed, code, connects, invites, is_in, link_in, link_of, owner, person,
    presses, sets_password, squats, tries, unmailed,
};

const MINUTE: Duration = Duration::from_secs(60);

/// The attack of the review, step by step: what Mallory set is worth nothing once Alice has used her mail.
async fn h1_credentials_of_a_squatter_end_at_the_first_proof_by_mail(place: &mut Mailed) {
    let mallory = squats(place, EVIL, ALICE).await;
    place.mail.next().await;
    // It counts in Mallory's own account, which it may.
    let (_, reply) = tries(place, ALICE, MALLORYS).await;
    reply.says(&["name=\"pending\""]);
    let pending = reply.field("pending");

    let (boss, _) = owner(place, GOOD).await;
    invites(&boss, ALICE, "owner").await;
    let letter = place.mail.next().await;
    let alice = place.visitor();
    let entered = presses(&alice, &link_of(place, &letter)).await;
    assert_eq!(entered.is_redirect(), "/panel/me", "Mallory's authenticator is not asked for");
    assert!(alice.opens("/panel/team").await.is(200).text.contains(GOOD));

    assert!(!is_in(&mallory.browser).await, "her open session ended");
    place.advance(MINUTE);
    assert_eq!(tries(place, ALICE, MALLORYS).await.1.status, 401);
    let late = [("code", &*code(place, &mallory.secret)), ("pending", &*pending), ("to", "")];
    place.visitor().sends("/panel/sign-in/code", &late).await.is(410);

    // What Alice sets counts everywhere, and Mallory's links set nothing any more.
    sets_password(&alice, ALICES).await;
    let secret = connects(place, &alice, Some(ALICES)).await;
    place.advance(MINUTE);
    let alices = person(place, ALICE).await.id;
    let link = unmailed(place, &mallory.owner, alices).await;
    let again = place.visitor();
    let asked = presses(&again, &link).await.is(200);
    assert!(asked.text.contains("name=\"pending\""), "Alice's own code is asked for: {}", asked.text);
    let (visitor, reply) = tries(place, ALICE, ALICES).await;
    let fields = [("code", &*code(place, &secret)), ("pending", &*reply.field("pending")), ("to", "")];
    assert_eq!(visitor.sends("/panel/sign-in/code", &fields).await.is_redirect(), "/panel/choose");
    visitor.opens("/panel/choose").await.is(200).says(&[GOOD, EVIL]);
}

/// The proof need not be an invitation: a sign-in link by mail is one.
async fn h1_a_sign_in_link_by_mail_is_the_proof_as_well(place: &mut Mailed) {
    let mallory = squats(place, EVIL, ALICE).await;
    place.mail.next().await;
    place.visitor().sends("/panel/sign-in/link", &[("email", ALICE), ("to", "")]).await.is(200);
    let letter = place.mail.next().await;
    let alice = place.visitor();
    assert_eq!(presses(&alice, &link_of(place, &letter)).await.is_redirect(), "/panel/me");
    assert!(!is_in(&mallory.browser).await);
    assert_eq!(tries(place, ALICE, MALLORYS).await.1.status, 401);
}

/// An invitation is taken with the last step of a sign-in: a link without the code joins nothing.
async fn h1_an_invitation_is_taken_only_after_the_second_step(place: &mut Mailed) {
    let (boss, _) = owner(place, GOOD).await;
    invites(&boss, ALICE, "viewer").await;
    let letter = place.mail.next().await;
    let alice = place.visitor();
    presses(&alice, &link_of(place, &letter)).await.is(303);
    let secret = connects(place, &alice, None).await;
    let (other, _) = owner(place, "third.amocrm.ru").await;
    invites(&other, ALICE, "viewer").await;
    let letter = place.mail.next().await;
    let thief = place.visitor();
    let step = presses(&thief, &link_of(place, &letter)).await.is(200);
    let pending = step.field("pending");
    assert!(thief.cookies().is_empty(), "half of a sign-in opens nothing");
    let standing = async || other.opens("/panel/team").await.is(200).text.contains("Invited");
    assert!(standing().await, "no person has joined yet");
    place.advance(MINUTE);
    let wrong = [("code", "000000"), ("pending", &*pending), ("to", "")];
    thief.sends("/panel/sign-in/code", &wrong).await.is(401);
    assert!(standing().await);
    let right = [("code", &*code(place, &secret)), ("pending", &*pending), ("to", "")];
    thief.sends("/panel/sign-in/code", &right).await.is(303);
    assert!(!standing().await && thief.opens("/panel").await.is(200).text.contains("third.amocrm.ru"));
}

// H1 without e-mails: no address can be proved, so credentials are valid in one account only.

/// Mallory sets credentials again, after Alice joined: they count in Mallory's account and nowhere else.
async fn h1_credentials_of_one_account_never_open_another(world: &mut World) {
    let (boss, good) = owner(world, GOOD).await;
    let link = link_in(world, &invites(&boss, ALICE, "owner").await.text);
    let alice = world.visitor();
    presses(&alice, &link).await.is(303);
    let mallory = squats(world, EVIL, ALICE).await;
    assert!(!is_in(&alice).await, "a second account was joined: all sessions ended");
    let choose = [("tenant_id", &*good.to_string()), ("to", "")];
    mallory.browser.opens("/panel/me").await.is(200);
    mallory.browser.sends("/panel/choose", &choose).await.is(404);
    let (visitor, reply) = tries(world, ALICE, MALLORYS).await;
    assert!(visitor.cookies().is_empty() && reply.text.contains("name=\"pending\""), "{}", reply.text);
    // Mallory's authenticator does not lock Alice out of her account.
    let link = unmailed(world, &boss, person(world, ALICE).await.id).await;
    let alice = world.visitor();
    presses(&alice, &link).await.is(303);
    assert!(alice.opens("/panel/team").await.is(200).text.contains(GOOD));
}

// H1 at the edges of time: what was read before credentials fell changes and opens nothing afterwards.

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
    let begun = second_step::begin_enrolment(&before).unwrap();
    let confirmed = second_step::confirm_enrolment(
        &app.identity,
        db,
        &before,
        (&begun.secret, &code(world, &begun.secret)),
        before.set_in,
    )
    .await;
    assert_eq!(confirmed.unwrap(), second_step::FirstCodeResult::Changed);
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

// L4: what opens something is not readable in the database. L13: tries of a code are counted one by one.

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

/// However the e-mail is written: it is one person, or another one to whom no letter of Alice's goes.
async fn h1_other_spellings_of_an_e_mail_are_one_person_or_another_one(place: &mut Mailed) {
    // The Kelvin sign becomes an ordinary k in lower case.
    let mallory = squats(place, EVIL, "\u{212a}ate@Victim.Example").await;
    assert_eq!(place.mail.next().await.to, "kate@victim.example");
    let (boss, _) = owner(place, GOOD).await;
    invites(&boss, " kate@victim.example ", "owner").await;
    let letter = place.mail.next().await;
    assert_eq!(letter.to, "kate@victim.example");
    let kate = place.visitor();
    presses(&kate, &link_of(place, &letter)).await.is(303);
    assert!(is_in(&kate).await && !is_in(&mallory.browser).await);
    for spelling in ["kate@victim.example", "KATE@victim.example", "\u{212a}ate@victim.example"] {
        assert_eq!(tries(place, spelling, MALLORYS).await.1.status, 401, "{spelling}");
    }
    // A Cyrillic a is another letter: another address, another person, nothing of Kate's.
    invites(&mallory.owner, "k\u{430}te@victim.example", "viewer").await;
    assert_ne!(person(place, "k\u{430}te@victim.example").await.id, person(place, "kate@victim.example").await.id);
}

both!(l13_codes_of_an_alert_address_that_are_posted_at_once_are_all_counted);
both!(h1_a_person_row_read_before_the_proof_is_worthless_after_it, h1_passwords_set_during_the_proof_do_not_survive_it);
both!(l5_an_older_link_dies_when_a_newer_one_is_made);
once!(l4_a_link_that_waits_for_its_page_is_sealed);
once!(h1_a_sign_in_link_by_mail_is_the_proof_as_well);
once!(h1_other_spellings_of_an_e_mail_are_one_person_or_another_one, h1_credentials_of_one_account_never_open_another);
once!(h1_credentials_of_a_squatter_end_at_the_first_proof_by_mail);
once!(h1_an_invitation_is_taken_only_after_the_second_step);
