//! M6: changing how one signs in asks for what one signs in with now.

use std::time::Duration;

use parom::identity::MemberRole;
use parom_tests::{World, both};

use super::{
    ALICE, ALICES, GOOD, Mailed, code, connects, invites, is_in, link_in, link_of, owner, person, presses, tries,
};
use crate::panel::{PASSWORD, add_member, sign_in};

const MINUTE: Duration = Duration::from_secs(60);

async fn m6_a_session_left_open_changes_neither_password_nor_authenticator(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, "anna@example.com").await;
    let elsewhere = sign_in(world, "anna@example.com").await;
    let page = anna.opens("/panel/me/two-step").await.is(200);
    assert!(page.text.contains("name=\"current\""), "{}", page.text);
    let secret = page.between("<code class=\"mono all\">", "<").unwrap().to_owned();
    let shown = code(world, &secret);
    anna.sends("/panel/me/two-step", &[("code", &shown)]).await.is(422);
    anna.sends("/panel/me/two-step", &[("code", &shown), ("current", "wrong")]).await.is(422);
    assert!(is_in(&elsewhere).await);
    anna.does("/panel/me/two-step", &[("code", &shown), ("current", PASSWORD)]).await;
    assert!(!is_in(&elsewhere).await, "other sessions end with the change");
    // From now on a code does as well as the password, once.
    world.advance(MINUTE);
    let fresh = code(world, &secret);
    anna.opens("/panel/me").await.is(200).says(&["a code from the authenticator"]);
    anna.sends("/panel/me/password", &[("password", ALICES)]).await.is(422);
    anna.does("/panel/me/password", &[("current", &fresh), ("password", ALICES)]).await;
    anna.sends("/panel/me/password", &[("current", &fresh), ("password", PASSWORD)]).await.is(422);
    // And the authenticator goes with a code alone.
    let page = anna.does("/panel/me/two-step/remove", &[("code", "000000")]).await;
    page.says(&["does not match"]);
    world.advance(MINUTE);
    anna.does("/panel/me/two-step/remove", &[("code", &code(world, &secret))]).await.says(&["is off"]);
}

/// A forgotten password can be replaced with a one-time link, but not during the rest of the session's month.
async fn m6_a_mailed_link_sets_a_password_for_ten_minutes(place: &mut Mailed) {
    let (boss, _) = owner(place, GOOD).await;
    invites(&boss, ALICE, "viewer").await;
    let alice = place.visitor();
    presses(&alice, &link_of(place, &place.mail.next().await)).await.is(303);
    super::sets_password(&alice, PASSWORD).await;
    // N11: the first password uses the link up, for the authenticator too, and for the next session that it opens.
    let page = alice.opens("/panel/me/two-step").await.is(200);
    page.says(&["name=\"current\""]);
    let shown = code(place, page.between("<code class=\"mono all\">", "<").unwrap());
    alice.sends("/panel/me/two-step", &[("code", &shown)]).await.is(422);
    alice.sends("/panel/me/password", &[("password", ALICES)]).await.is(422);
    let good = place.tenant(GOOD).await.unwrap()["id"].as_str().unwrap().to_owned();
    alice.opens("/panel/choose").await.is(200);
    alice.does("/panel/choose", &[("tenant_id", &good), ("to", "")]).await;
    alice.opens("/panel/me").await.is(200).says(&["name=\"current\""]);
    alice.sends("/panel/me/password", &[("password", ALICES)]).await.is(422);
    alice.does("/panel/me/password", &[("current", PASSWORD), ("password", ALICES)]).await;
    place.advance(10 * MINUTE);
    place.visitor().sends("/panel/sign-in/link", &[("email", ALICE), ("to", "")]).await.is(200);
    let forgot = place.visitor();
    presses(&forgot, &link_of(place, &place.mail.next().await)).await.is(303);
    forgot.opens("/panel/me").await.is(200).never_says(&["name=\"current\""]);
    super::sets_password(&forgot, ALICES).await;
    assert!(!is_in(&alice).await);
    // Choosing an account again does not make the proof younger.
    place.advance(10 * MINUTE);
    forgot.opens("/panel/choose").await.is(200);
    forgot.does("/panel/choose", &[("tenant_id", &good), ("to", "")]).await;
    forgot.opens("/panel/me").await.is(200).says(&["name=\"current\""]);
}

/// An owner takes a member's second step off: all that was set goes, and only the link sets it up again.
async fn m6_a_members_forgotten_authenticator_is_renewed_by_a_link_alone(world: &mut World) {
    let (boss, _) = owner(world, GOOD).await;
    let link = link_in(world, &invites(&boss, ALICE, "viewer").await.text);
    let alice = world.visitor();
    presses(&alice, &link).await.is(303);
    super::sets_password(&alice, ALICES).await;
    connects(world, &alice, Some(ALICES)).await;
    let id = person(world, ALICE).await.id;
    boss.opens("/panel/team").await.is(200);
    let page = boss.does(&format!("/panel/team/{id}/two-step"), &[]).await;
    let link = link_in(world, &page.text);
    assert!(!is_in(&alice).await, "sessions ended");
    assert_eq!(tries(world, ALICE, ALICES).await.1.status, 401, "the password alone opens nothing");
    // The link opens a session that may connect another one; a password that is set in it later may not.
    let alice = world.visitor();
    presses(&alice, &link).await.is(303);
    super::sets_password(&alice, ALICES).await;
    let (by_password, reply) = tries(world, ALICE, ALICES).await;
    reply.is(303);
    let closed = by_password.opens("/panel/me/two-step").await.is(200);
    closed.says(&["one-time link"]);
    closed.never_says(&["<svg"]);
    by_password.sends("/panel/me/two-step", &[("code", "123456"), ("current", ALICES)]).await.is(404);
    connects(world, &alice, Some(ALICES)).await;
    assert!(!is_in(&by_password).await && !person(world, ALICE).await.link_only);
}

/// An owner cannot flood a mailbox by removing a second step repeatedly.
async fn m6_renewals_by_mail_are_limited(place: &mut Mailed) {
    let (boss, _) = owner(place, GOOD).await;
    invites(&boss, ALICE, "viewer").await;
    let alice = place.visitor();
    presses(&alice, &link_of(place, &place.mail.next().await)).await.is(303);
    let path = format!("/panel/team/{}/two-step", person(place, ALICE).await.id);
    for _ in 0..3 {
        boss.opens("/panel/team").await.is(200);
        boss.does(&path, &[]).await.says(&["is on its way"]);
        place.mail.next().await;
    }
    boss.opens("/panel/team").await.is(200);
    boss.does(&path, &[]).await.says(&["Three links", "60 minutes"]);
    place.advance(60 * MINUTE);
    boss.opens("/panel/team").await.is(200);
    boss.does(&path, &[]).await.says(&["is on its way"]);
}

both!(
    m6_a_session_left_open_changes_neither_password_nor_authenticator,
    m6_a_mailed_link_sets_a_password_for_ten_minutes,
    m6_renewals_by_mail_are_limited,
    m6_a_members_forgotten_authenticator_is_renewed_by_a_link_alone,
);
