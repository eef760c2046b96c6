//! H2: operators of the vendor share nothing with a person who has their e-mail in an account's panel.

use std::time::Duration;

use parom::admin::operators::actions;
use parom::audit::{Actor, By};
use parom::identity::person as persons;
use parom_tests::{Visitor, World, both};

use super::{ALICE, ALICES, EVIL, GOOD, MALLORYS, Mailed, code, invites, is_in, link_of, owner, person, squats, tries};
use crate::admin::operator::{Operator, make_operator};

const MINUTE: Duration = Duration::from_secs(60);

async fn enters(world: &World, password: &str) -> (Visitor, u16) {
    let visitor = world.visitor();
    let reply = visitor.sends_as_it_is("/admin/sign-in", &[("email", ALICE), ("password", password)]).await;
    (visitor, reply.status)
}

/// The attack of the review: the squatted e-mail becomes an operator's.
async fn h2_a_squatted_person_is_no_operator(place: &mut Mailed) {
    let mallory = squats(place, EVIL, ALICE).await;
    place.mail.next().await;
    let link = make_operator(place, ALICE).await;
    assert_eq!(enters(place, MALLORYS).await.1, 422, "what a tenant had seen opens nothing");
    // The real one sets up their own, and is not asked for Mallory's code.
    let mut alice = Operator::new(place);
    assert_eq!(alice.follows(&link).await.is_redirect(), "/admin/enrol");
    let first = alice.enrols(place).await;
    alice.sends("/admin/enrol", &[("code", &first)]).await.is(303);
    alice.opens("/admin/own").await.is(200);
    alice.sends("/admin/own", &[("password", ALICES)]).await.is(303);
    place.advance(MINUTE);
    let (visitor, status) = enters(place, ALICES).await;
    assert_eq!(status, 303);
    visitor.opens("/admin/code").await.is(200);
    visitor.sends("/admin/code", &[("code", &code(place, &mallory.secret))]).await.is(422);
    visitor.sends("/admin/code", &[("code", &alice.code(place))]).await.is(303);
    visitor.opens("/admin/accounts").await.is(200);

    // Nor the other way round: the operator's password is nothing in the panel, and Mallory's stays what it was.
    assert_eq!(tries(place, ALICE, ALICES).await.1.status, 401);
    assert!(is_in(&mallory.browser).await);
    let (boss, _) = owner(place, GOOD).await;
    invites(&boss, ALICE, "owner").await;
    let letter = place.mail.next().await;
    super::presses(&place.visitor(), &link_of(place, &letter)).await.is(303);
    visitor.opens("/admin/accounts").await.is(200);
    place.advance(MINUTE);
    assert_eq!(enters(place, ALICES).await.1, 303, "a proof in the panel leaves the operator alone");
}

/// An account that invites an operator's e-mail gets a person of its own, and a link of it never opens the admin.
async fn h2_an_account_cannot_reach_an_operator_by_their_e_mail(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    let mallory = squats(world, EVIL, crate::admin::operator::EMAIL).await;
    olga.opens("/admin/accounts").await.is(200);
    let panel = person(world, crate::admin::operator::EMAIL).await;
    let db = world.app().store.read();
    let operator =
        persons::operator_by_email(&world.app().identity, db, crate::admin::operator::EMAIL).await.unwrap().unwrap();
    assert!(panel.id != operator.id && !panel.is_operator && operator.is_operator);
    assert!(operator.set_in.is_none() && operator.password_hash.is_none());
    let link = super::unmailed(world, &mallory.owner, panel.id).await;
    let token = link.split_once("token=").unwrap().1;
    world.visitor().opens(&format!("/admin/link?token={token}")).await.is(422);
    world.visitor().sends_as_it_is("/admin/link", &[("token", token)]).await.is(422);
    // Nor does an operator's link open a panel.
    let by = By { actor: Actor::Cli, address: None };
    let link = actions::link(&world.app().panel, &operator, false, &by).await.unwrap();
    let token = link.split_once("token=").unwrap().1;
    world.visitor().opens(&format!("/panel/link?token={token}")).await.is(410);
    world.visitor().sends_as_it_is("/panel/link", &[("token", token)]).await.is(410);
}

/// A former operator who is added again starts from scratch: no earlier credentials open the admin.
async fn h2_an_operator_who_is_added_again_has_no_earlier_credentials(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", ALICES)]).await.is(303);
    let db = world.app().store.read();
    let row =
        persons::operator_by_email(&world.app().identity, db, crate::admin::operator::EMAIL).await.unwrap().unwrap();
    let by = By { actor: Actor::Cli, address: None };
    actions::disable(&world.app().panel, &row, &by).await.unwrap();
    assert_eq!(olga.opens("/admin/accounts").await.is_redirect(), "/admin/sign-in");
    let link = make_operator(world, crate::admin::operator::EMAIL).await;
    let fields = [("email", crate::admin::operator::EMAIL), ("password", ALICES)];
    world.visitor().sends_as_it_is("/admin/sign-in", &fields).await.is(422);
    let again = Operator::new(world);
    assert_eq!(again.follows(&link).await.is_redirect(), "/admin/enrol");
}

/// M6: after `--new-authenticator` the password is worth nothing, and a link that went by mail connects nothing.
async fn m6_a_forgotten_authenticator_is_renewed_by_its_link_alone(place: &mut Mailed) {
    let mut olga = Operator::signed_in(place).await;
    let email = crate::admin::operator::EMAIL;
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", ALICES)]).await.is(303);
    let row =
        persons::operator_by_email(&place.app().identity, place.app().store.read(), email).await.unwrap().unwrap();
    let by = By { actor: Actor::Cli, address: None };
    let link = actions::link(&place.app().panel, &row, true, &by).await.unwrap();
    let link = link.strip_prefix(&place.api.base()).unwrap().to_owned();
    assert_eq!(olga.opens("/admin/accounts").await.is_redirect(), "/admin/sign-in", "sessions ended");
    let signs_in = [("email", email), ("password", ALICES)];
    place.visitor().sends_as_it_is("/admin/sign-in", &signs_in).await.is(422);

    // The mailbox alone connects no authenticator either.
    let reader = Operator::new(place);
    reader.sends_as_it_is("/admin/sign-in/link", &[("email", email)]).await.is(200);
    let letter = place.mail.next().await;
    reader.follows(&link_of(place, &letter)).await.is(303);
    let closed = reader.opens("/admin/enrol").await.is(403);
    assert!(closed.text.contains("vendor link") && !closed.text.contains("<svg"), "{}", closed.text);
    reader.sends("/admin/enrol", &[("code", "123456")]).await.is(403);

    olga.forgets_cookies();
    assert_eq!(olga.follows(&link).await.is_redirect(), "/admin/enrol");
    let first = olga.enrols(place).await;
    olga.sends("/admin/enrol", &[("code", &first)]).await.is(303);
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", ALICES)]).await.is(303);
    olga.opens("/admin/accounts").await.is(200);
}

/// M6: an operator's password cannot be changed in a session that was left open, and the change ends the other
/// sessions.
async fn m6_an_operators_new_password_asks_for_the_current_one_or_a_code(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    let email = crate::admin::operator::EMAIL;
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", ALICES)]).await.is(303);
    world.advance(11 * MINUTE);
    let page = olga.opens("/admin/own").await.is(200);
    assert!(page.text.contains("name=\"current\""), "{}", page.text);
    for current in [None, Some(""), Some("wrong horse"), Some("000000")] {
        let mut fields = vec![("password", MALLORYS)];
        fields.extend(current.map(|current| ("current", current)));
        let refused = olga.sends("/admin/own", &fields).await.is(422);
        assert!(refused.text.contains("neither your current password nor a valid code"), "{}", refused.text);
    }
    world.advance(MINUTE);
    let other = world.visitor();
    other.sends_as_it_is("/admin/sign-in", &[("email", email), ("password", ALICES)]).await.is(303);
    other.opens("/admin/code").await.is(200);
    other.sends("/admin/code", &[("code", &olga.code(world))]).await.is(303);
    olga.sends("/admin/own", &[("current", ALICES), ("password", MALLORYS)]).await.is(303);
    assert_eq!(other.opens("/admin/accounts").await.is_redirect(), "/admin/sign-in");
    let next = olga.next_code(world);
    olga.sends("/admin/own", &[("current", &next), ("password", ALICES)]).await.is(303);
}

/// L9: the answer is the same and does not wait, whether the operator exists or not: the e-mail is sent separately.
async fn l9_a_link_for_an_operator_is_made_apart_from_the_answer(place: &mut Mailed) {
    make_operator(place, ALICE).await;
    let ask = async |email: &str| {
        let visitor = place.visitor();
        let reply = visitor.sends_as_it_is("/admin/sign-in/link", &[("email", email)]).await.is(200);
        let nonce = reply.between("nonce=\"", "\"").unwrap().to_owned();
        reply.text.replace(email, "…").replace(&nonce, "…")
    };
    let entries = async || {
        let kind = sea_orm::ColumnTrait::eq(&entity::directory::Column::Kind, "sign_in_link");
        let found = sea_orm::QueryFilter::filter(<entity::directory::Entity as sea_orm::EntityTrait>::find(), kind);
        found.all(place.app().store.read()).await.unwrap().len()
    };
    let before = entries().await;
    assert_eq!(ask(ALICE).await, ask("nobody@vendor.example").await);
    assert_eq!(place.mail.next().await.to, ALICE);
    assert_eq!(entries().await, before + 1, "the request of an unknown person has no effect");
}

both!(
    h2_a_squatted_person_is_no_operator,
    h2_an_account_cannot_reach_an_operator_by_their_e_mail,
    h2_an_operator_who_is_added_again_has_no_earlier_credentials,
    m6_a_forgotten_authenticator_is_renewed_by_its_link_alone,
    m6_an_operators_new_password_asks_for_the_current_one_or_a_code,
    l9_a_link_for_an_operator_is_made_apart_from_the_answer,
);
