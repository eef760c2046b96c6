//! Recovery codes of operators: each signs in once in place of a code of the authenticator.

use std::time::Duration;

use base::store::VENDOR;
use entity::audit;
use parom::identity::person as persons;
use parom::identity::recovery_codes;
use parom_tests::{Visitor, World, both};
use serde_json::{Value, json};

use super::Mailed;
use crate::admin::operator::{EMAIL, Operator};

const PASSWORD: &str = "ferry over the strait";
const MINUTE: Duration = Duration::from_secs(60);
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
    olga.sends("/admin/own", &[("password", PASSWORD)]).await.is(303);
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
    visitor.sends_as_it_is("/admin/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await.is(303);
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
    assert_eq!(codes.len(), recovery_codes::COUNT, "{codes:?}");
    assert_eq!(olga.opens(PAGE).await.is(303).header("location"), "/admin/own", "they are shown once");
    let stored = row(world).await.recovery_codes;
    assert!(codes.iter().all(|code| !stored.contains(&code.replace('-', ""))), "only their hashes are stored");
    let page = own_page(&olga).await;
    assert!(page.contains("10 codes are left"), "{page}");

    let visitor = half_way(world).await;
    let page = visitor.opens("/admin/code").await.is(200);
    assert!(page.text.contains("Use a recovery code"), "{}", page.text);
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
    let taken = futures_util::future::join_all((0..8).map(|_| recovery_codes::take(db, &person, &codes[0]))).await;
    assert_eq!(taken.into_iter().filter_map(Result::unwrap).collect::<Vec<_>>(), [9]);
}

async fn new_codes_replace_all_and_ask_for_the_password(world: &mut World) {
    let (olga, old) = with_codes(world).await;
    world.advance(11 * MINUTE);
    let page = olga.opens("/admin/own").await.is(200);
    assert!(page.text.contains("f-recovery-current"), "{}", page.text);
    let refused = olga.sends(PAGE, &[("current", "wrong horse")]).await.is(422);
    assert!(refused.text.contains("href=\"#f-recovery-current\""), "{}", refused.text);
    olga.sends(PAGE, &[]).await.is(422);
    assert_eq!(olga.opens(PAGE).await.is(303).header("location"), "/admin/own", "nothing was made");
    assert_eq!(olga.sends(PAGE, &[("current", PASSWORD)]).await.is(303).header("location"), PAGE);
    let new = shown(&olga).await;
    assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)), "{new:?}");
    let visitor = half_way(world).await;
    visitor.sends("/admin/code", &[("code", &old[0])]).await.is(422);
    visitor.sends("/admin/code", &[("code", &new[0])]).await.is(303);
    assert_eq!(details(world, "operator.recovery_codes_made").await.last(), Some(&json!({"count": 10})));
}

/// `parom vendor link EMAIL --new-authenticator`, for an operator who lost everything.
async fn a_new_authenticator_ends_all_codes(place: &mut Mailed) {
    let (_, old) = with_codes(place).await;
    let by = parom::audit::By { actor: parom::audit::Actor::Cli, address: None };
    let link = parom::admin::operators::actions::link(&place.app().panel, &row(place).await, true, &by).await.unwrap();
    assert_eq!(row(place).await.recovery_codes, "");
    let mut olga = Operator::new(place);
    assert_eq!(olga.follows(&link).await.is_redirect(), "/admin/enrol");
    let code = olga.enrols(place).await;
    assert_eq!(olga.sends("/admin/enrol", &[("code", &code)]).await.is(303).header("location"), PAGE);
    let new = shown(&olga).await;
    assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)), "{new:?}");
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

both!(
    each_code_signs_in_once,
    a_code_used_twice_at_once_counts_once,
    new_codes_replace_all_and_ask_for_the_password,
    a_new_authenticator_ends_all_codes,
    ten_wrong_recovery_codes_restart_the_sign_in,
);
