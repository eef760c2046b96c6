//! M6: changing how one signs in asks for what one signs in with now; second steps, wrong codes and recovery codes.

use std::time::Duration;

use base::store::VENDOR;
use entity::audit;
use parom::identity::{MemberRole, person as persons, second_step};
use parom_tests::{Visitor, World, both, once};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    ALICE, ALICES, GOOD, Mailed, code, connects, invites, is_in, link_in, link_of, owner, person, presses, tries,
};
use crate::admin::operator::{EMAIL, Operator};
use crate::panel::{ANNA, PASSWORD, add_member, sign_in, with_anna};

const MINUTE: Duration = Duration::from_secs(60);

async fn m6_a_session_left_open_changes_neither_password_nor_authenticator(world: &mut World) {
    with_anna(world).await;
    let anna = sign_in(world, ANNA).await;
    let elsewhere = sign_in(world, ANNA).await;
    let page = anna.opens("/panel/me/two-step").await.is(200);
    page.says(&["name=\"current\""]);
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
    anna.does("/panel/me/two-step/remove", &[("code", "000000")]).await.says(&["does not match"]);
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

// M6: an account that demands the second step of all its members.

async fn m6_a_person_without_a_second_step_sets_it_up_before_anything_else(world: &mut World) {
    let (boss, tenant_id) = owner(world, GOOD).await;
    add_member(world, tenant_id, ANNA, MemberRole::Administrator).await;
    let anna = sign_in(world, ANNA).await;
    anna.opens("/panel/team").await.is(200).never_says(&["Require for everyone"]);
    anna.sends("/panel/team/second-step", &[("demand", "on")]).await.is(403);
    boss.opens("/panel/team").await.is(200);
    boss.sends("/panel/team/second-step", &[("demand", "maybe")]).await.is(400);
    boss.does("/panel/team/second-step", &[("demand", "on")]).await.says(&["is now required for everyone"]);
    boss.opens("/panel/audit").await.is(200).says(&["Two-step sign-in made mandatory"]);
    boss.opens("/panel/team").await.is(200);

    // The session that is open already is held as well, for any page.
    for path in ["/panel", "/panel/team", "/panel/me", "/panel/keys", "/panel/audit.csv"] {
        assert_eq!(anna.opens(path).await.is_redirect(), "/panel/me/two-step", "{path}");
    }
    let live = anna.request(Method::GET, "/panel").header("parom-live", "1");
    assert_eq!(parom_tests::answer(live).await.status, 401);
    anna.opens("/panel/events").await.is(401);
    let page = anna.opens("/panel/me/two-step").await.is(200);
    page.says(&["requires two-step sign-in"]);
    page.never_says(&["/panel/sources", "/panel/me\""]);
    let secret = page.between("<code class=\"mono all\">", "<").unwrap().to_owned();
    let invited = [("email", "new@example.com"), ("role", "viewer")];
    assert_eq!(anna.sends("/panel/team/invite", &invited).await.is_redirect(), "/panel/me/two-step");
    boss.opens("/panel/team").await.never_says(&["new@example.com"]);
    anna.opens("/panel/me/two-step").await.is(200);
    anna.does("/panel/me/two-step", &[("code", &code(world, &secret)), ("current", PASSWORD)]).await;
    anna.opens("/panel/team").await.is(200);

    // It is not required in another account, nor of people who come through amoCRM.
    let (other, _) = owner(world, "third.amocrm.ru").await;
    other.opens("/panel/team").await.is(200);
    boss.does("/panel/team/second-step", &[("demand", "off")]).await.says(&["is now optional"]);
    add_member(world, tenant_id, "carl@example.com", MemberRole::Viewer).await;
    sign_in(world, "carl@example.com").await.opens("/panel").await.is(200);
}

// M6: ten wrong codes in a row end the first step, and the person is notified.

/// Types wrong codes until the first step is gone; gives how many it took.
async fn guesses(place: &Mailed, pending: &str) -> usize {
    let guesser = place.visitor();
    for tried in 1..=20 {
        if tried % 5 == 0 {
            place.advance(MINUTE);
        }
        let fields = [("code", "000000"), ("pending", pending), ("to", "")];
        let reply = guesser.sends("/panel/sign-in/code", &fields).await.is(401);
        if reply.text.contains("Ten wrong codes in a row") {
            assert!(reply.text.contains("name=\"password\""), "the form of the first step: {}", reply.text);
            return tried;
        }
    }
    panic!("wrong codes went on")
}

async fn m6_ten_wrong_codes_restart_the_sign_in_and_are_reported(place: &mut Mailed) {
    with_anna(place).await;
    let anna = sign_in(place, ANNA).await;
    let page = anna.opens("/panel/me/two-step").await.is(200);
    let secret = page.between("<code class=\"mono all\">", "<").unwrap().to_owned();
    anna.does("/panel/me/two-step", &[("code", &code(place, &secret)), ("current", PASSWORD)]).await;

    place.advance(MINUTE);
    let pending = tries(place, ANNA, PASSWORD).await.1.field("pending");
    assert_eq!(guesses(place, &pending).await, 10);
    let fields = [("code", &*code(place, &secret)), ("pending", &*pending), ("to", "")];
    place.visitor().sends("/panel/sign-in/code", &fields).await.is(410);
    let letter = place.mail.next().await;
    assert_eq!(letter.to, ANNA);
    letter.says(&["wrong codes", "10 wrong codes in a row"]);
}

/// Posted at once they are counted one by one, and the first step is gone for all.
async fn m6_wrong_codes_at_once_are_all_counted(place: &mut Mailed) {
    use parom::identity::second_step::{CodeResult, check};
    with_anna(place).await;
    let person = super::person(place, ANNA).await;
    let app = place.app().clone();
    let checks = (0..20).map(|_| check(&app.identity, &person, "000000"));
    let results: Vec<CodeResult> =
        futures_util::future::join_all(checks).await.into_iter().map(|result| result.unwrap()).collect();
    assert_eq!(results.iter().filter(|result| **result == CodeResult::TooManyWrong).count(), 2, "{results:?}");
    place.mail.next().await.says(&["wrong codes"]);
    // At most one e-mail an hour: the next one is a link that was requested.
    place.visitor().sends("/panel/sign-in/link", &[("email", ANNA), ("to", "")]).await.is(200);
    place.mail.next().await.says(&["Sign-in link"]);
}

// Recovery codes of operators: each signs in once in place of a code of the authenticator.

const OPERATORS_PASSWORD: &str = "ferry over the strait";

const PAGE: &str = "/admin/own/recovery-codes";

/// The codes of the page that shows them once.
async fn shown(olga: &Visitor) -> Vec<String> {
    let page = olga.opens(PAGE).await.is(200);
    let codes = page.text.split("<code class=\"mono all\">").skip(1);
    codes.map(|part| part.split('<').next().unwrap().to_owned()).collect()
}

/// An operator with a password, and their codes.
async fn with_codes(world: &World) -> (Operator, Vec<String>) {
    let olga = Operator::signed_in(world).await;
    let codes = shown(&olga).await;
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", OPERATORS_PASSWORD)]).await.is(303);
    (olga, codes)
}

/// What the own page says, with plain spaces.
async fn own_page(visitor: &Visitor) -> String {
    visitor.opens("/admin/own").await.is(200).text.replace('\u{a0}', " ")
}

/// Another browser after the first step.
async fn half_way(world: &World) -> Visitor {
    world.advance(MINUTE);
    let visitor = world.visitor();
    visitor.sends_as_it_is("/admin/sign-in", &[("email", EMAIL), ("password", OPERATORS_PASSWORD)]).await.is(303);
    visitor.opens("/admin/code").await.is(200);
    visitor
}

async fn row(world: &World) -> entity::person::Model {
    let app = world.app();
    persons::operator_by_email(&app.identity, app.store.read(), EMAIL).await.unwrap().unwrap()
}

/// The details of these entries of the vendor's log, oldest first.
async fn details(world: &World, action: &str) -> Vec<Value> {
    let rows = audit::Entity::of_tenant(VENDOR).all(world.app().store.read()).await.unwrap();
    let mut rows: Vec<_> = rows.into_iter().filter(|row| row.action == action).collect();
    rows.sort_by_key(|row| row.id);
    rows.iter().map(|row| serde_json::from_str(&row.detail).unwrap()).collect()
}

async fn each_code_signs_in_once(world: &mut World) {
    let (olga, codes) = with_codes(world).await;
    assert_eq!(codes.len(), second_step::RECOVERY_CODES, "{codes:?}");
    assert_eq!(olga.opens(PAGE).await.is(303).header("location"), "/admin/own", "they are shown once");
    let stored = row(world).await.recovery_codes;
    assert!(codes.iter().all(|code| !stored.contains(&code.replace('-', ""))), "only their hashes are stored");
    let page = own_page(&olga).await;
    assert!(page.contains("10 codes are left"), "{page}");

    let visitor = half_way(world).await;
    visitor.opens("/admin/code").await.is(200).says(&["Use a recovery code"]);
    visitor.sends("/admin/code", &[("code", "0000-0000-0000-0000")]).await.is(422);
    let typed = codes[3].to_uppercase().replace('-', " ");
    assert_eq!(visitor.sends("/admin/code", &[("code", &typed)]).await.is(303).header("location"), "/admin/own");
    let page = own_page(&visitor).await;
    assert!(page.contains("9 codes are left"), "{page}");

    let again = half_way(world).await;
    again.sends("/admin/code", &[("code", &codes[3])]).await.is(422);
    again.sends("/admin/code", &[("code", &codes[9])]).await.is(303);
    assert_eq!(details(world, "operator.recovery_code_used").await, [json!({"left": 9}), json!({"left": 8})]);
}

/// Two requests with one code at the same moment.
async fn a_code_used_twice_at_once_counts_once(world: &mut World) {
    let (_, codes) = with_codes(world).await;
    let (person, db) = (row(world).await, world.app().store.write());
    let taken =
        futures_util::future::join_all((0..8).map(|_| second_step::take_recovery_code(db, &person, &codes[0]))).await;
    assert_eq!(taken.into_iter().filter_map(Result::unwrap).collect::<Vec<_>>(), [9]);
}

async fn new_codes_replace_all_and_ask_for_the_password(world: &mut World) {
    let (olga, old) = with_codes(world).await;
    world.advance(11 * MINUTE);
    olga.opens("/admin/own").await.is(200).says(&["f-recovery-current"]);
    olga.sends(PAGE, &[("current", "wrong horse")]).await.is(422).says(&["id=\"e-recovery-current\""]);
    olga.sends(PAGE, &[]).await.is(422);
    assert_eq!(olga.opens(PAGE).await.is(303).header("location"), "/admin/own", "nothing was made");
    assert_eq!(olga.sends(PAGE, &[("current", OPERATORS_PASSWORD)]).await.is(303).header("location"), PAGE);
    let new = shown(&olga).await;
    assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)), "{new:?}");
    let visitor = half_way(world).await;
    visitor.sends("/admin/code", &[("code", &old[0])]).await.is(422);
    visitor.sends("/admin/code", &[("code", &new[0])]).await.is(303);
    assert_eq!(details(world, "operator.recovery_codes_made").await.last(), Some(&json!({"count": 10})));
}

/// Wrong ones count as wrong codes of the authenticator do.
async fn ten_wrong_recovery_codes_restart_the_sign_in(place: &mut Mailed) {
    with_codes(place).await;
    let guesser = half_way(place).await;
    for tried in 1..=10 {
        if tried % 5 == 0 {
            place.advance(MINUTE);
        }
        let reply = guesser.sends("/admin/code", &[("code", "0000-0000-0000-0000")]).await.is(422);
        assert_eq!(reply.text.contains("Ten wrong codes in a row"), tried == 10, "{tried}");
    }
    assert_eq!(place.mail.next().await.to, EMAIL);
}

both!(a_code_used_twice_at_once_counts_once, m6_wrong_codes_at_once_are_all_counted);
once!(m6_a_person_without_a_second_step_sets_it_up_before_anything_else, ten_wrong_recovery_codes_restart_the_sign_in);
once!(m6_a_session_left_open_changes_neither_password_nor_authenticator);
once!(m6_a_members_forgotten_authenticator_is_renewed_by_a_link_alone, new_codes_replace_all_and_ask_for_the_password);
once!(m6_a_mailed_link_sets_a_password_for_ten_minutes);
once!(m6_ten_wrong_codes_restart_the_sign_in_and_are_reported);
once!(each_code_signs_in_once);
