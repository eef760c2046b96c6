//! M6: ten wrong codes in a row end the first step, and the person is notified.

use std::time::Duration;

use parom::identity::MemberRole;
use parom_tests::both;

use super::{Mailed, code, tries};
use crate::admin::operator::{EMAIL, Operator};
use crate::panel::{PASSWORD, add_member, sign_in};

const MINUTE: Duration = Duration::from_secs(60);
const ANNA: &str = "anna@example.com";

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
    let line = place.line("support").await;
    add_member(place, line.tenant_id, ANNA, MemberRole::Owner).await;
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

    // A right code resets the count.
    place.advance(MINUTE);
    let (visitor, reply) = tries(place, ANNA, PASSWORD).await;
    let pending = reply.field("pending");
    let type_in = async |code: &str| {
        let fields = [("code", code), ("pending", &*pending), ("to", "")];
        visitor.sends("/panel/sign-in/code", &fields).await.status
    };
    for round in 0..2 {
        for _ in 0..4 {
            assert_eq!(type_in("000000").await, 401, "{round}");
        }
        place.advance(MINUTE);
    }
    assert_eq!(type_in(&code(place, &secret)).await, 303);
    let pending = tries(place, ANNA, PASSWORD).await.1.field("pending");
    for _ in 0..4 {
        let fields = [("code", "000000"), ("pending", &*pending), ("to", "")];
        let reply = place.visitor().sends("/panel/sign-in/code", &fields).await.is(401);
        assert!(!reply.text.contains("Ten wrong codes in a row"), "eight of before do not count");
    }
}

/// Posted at once they are counted one by one, and the first step is gone for all.
async fn m6_wrong_codes_at_once_are_all_counted(place: &mut Mailed) {
    use parom::identity::second_step::{CodeResult, check};
    let line = place.line("support").await;
    add_member(place, line.tenant_id, ANNA, MemberRole::Owner).await;
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

/// The same at the admin.
async fn m6_ten_wrong_codes_of_an_operator_restart_the_sign_in(place: &mut Mailed) {
    let olga = Operator::signed_in(place).await;
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", PASSWORD)]).await.is(303);
    let guesser = place.visitor();
    guesser.sends_as_it_is("/admin/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await.is(303);
    guesser.opens("/admin/code").await.is(200);
    for tried in 1..=10 {
        if tried % 5 == 0 {
            place.advance(MINUTE);
        }
        let reply = guesser.sends("/admin/code", &[("code", "000000")]).await.is(422);
        assert_eq!(reply.text.contains("Ten wrong codes in a row"), tried == 10, "{tried}");
    }
    assert_eq!(guesser.opens("/admin/code").await.is_redirect(), "/admin/sign-in");
    assert_eq!(place.mail.next().await.to, EMAIL);
    olga.opens("/admin/accounts").await.is(200);
}

both!(
    m6_ten_wrong_codes_restart_the_sign_in_and_are_reported,
    m6_wrong_codes_at_once_are_all_counted,
    m6_ten_wrong_codes_of_an_operator_restart_the_sign_in,
);
