//! H1: an account's owner registers another person's e-mail beforehand, and the next account invites it.

use std::time::Duration;

use parom_tests::both;

use super::{
    ALICE, ALICES, EVIL, GOOD, MALLORYS, Mailed, code, connects, invites, is_in, link_of, owner, person, presses,
    sets_password, squats, tries, unmailed,
};

const MINUTE: Duration = Duration::from_secs(60);

/// The attack of the review, step by step: what Mallory set is worth nothing once Alice has used her mail.
async fn h1_credentials_of_a_squatter_end_at_the_first_proof_by_mail(place: &mut Mailed) {
    let mallory = squats(place, EVIL, ALICE).await;
    place.mail.next().await;
    // It counts in Mallory's own account, which it may.
    let (_, reply) = tries(place, ALICE, MALLORYS).await;
    assert!(reply.text.contains("name=\"pending\""), "{}", reply.text);
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
    let choice = visitor.opens("/panel/choose").await.is(200);
    assert!(choice.text.contains(GOOD) && choice.text.contains(EVIL), "{}", choice.text);
}

/// Mallory sets her password between Alice's invitation and Alice's click.
async fn h1_a_password_that_is_set_after_the_invitation_falls_too(place: &mut Mailed) {
    let (boss, _) = owner(place, GOOD).await;
    invites(&boss, ALICE, "administrator").await;
    let letter = place.mail.next().await;
    let mallory = squats(place, EVIL, ALICE).await;
    let alice = place.visitor();
    presses(&alice, &link_of(place, &letter)).await.is(303);
    assert!(is_in(&alice).await && !is_in(&mallory.browser).await);
    assert_eq!(tries(place, ALICE, MALLORYS).await.1.status, 401);
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

/// Before anything is proved, Mallory's credentials open only her account, whichever account invites.
async fn h1_squatted_credentials_open_their_own_account_alone(place: &mut Mailed) {
    let mallory = squats(place, EVIL, ALICE).await;
    place.mail.next().await;
    let (boss, good) = owner(place, GOOD).await;
    invites(&boss, ALICE, "owner").await;
    let letter = place.mail.next().await;
    mallory.browser.opens("/panel/me").await.is(200);
    let fields = [("tenant_id", &*good.to_string()), ("to", "")];
    mallory.browser.sends("/panel/choose", &fields).await.is(404);
    place.advance(MINUTE);
    let (visitor, reply) = tries(place, ALICE, MALLORYS).await;
    let fields = [("code", &*code(place, &mallory.secret)), ("pending", &*reply.field("pending")), ("to", "")];
    visitor.sends("/panel/sign-in/code", &fields).await.is(303);
    assert!(visitor.opens("/panel/me").await.is(200).text.contains(EVIL));
    let choice = visitor.opens("/panel/choose").await.is(200);
    assert!(choice.text.contains(EVIL) && !choice.text.contains(GOOD), "{}", choice.text);
    // Her session does not take the invitation either: it shows nothing of who she is.
    let token = link_of(place, &letter).split_once("token=").unwrap().1.to_owned();
    visitor.opens("/panel/choose").await.is(200);
    visitor.sends("/panel/invitation", &[("token", &token)]).await.is(410);
}

/// Several accounts of Mallory's: what one sets falls with the next, and all falls with the proof.
async fn h1_several_squatting_accounts_gain_no_more_than_one(place: &mut Mailed) {
    let first = squats(place, EVIL, ALICE).await;
    let second = squats(place, "worse.amocrm.ru", ALICE).await;
    assert!(!is_in(&first.browser).await, "joining the second account ended the first one's session");
    let (boss, _) = owner(place, GOOD).await;
    invites(&boss, ALICE, "owner").await;
    let letter = loop {
        let letter = place.mail.next().await;
        if letter.text.contains(GOOD) {
            break letter;
        }
    };
    let alice = place.visitor();
    presses(&alice, &link_of(place, &letter)).await.is(303);
    assert!(is_in(&alice).await && !is_in(&second.browser).await);
    assert_eq!(tries(place, ALICE, MALLORYS).await.1.status, 401);
    // And afterwards neither account's link sets anything.
    for mallory in [&first, &second] {
        let link = unmailed(place, &mallory.owner, person(place, ALICE).await.id).await;
        let browser = place.visitor();
        presses(&browser, &link).await.is(303);
        browser.opens("/panel/me").await.is(200);
        browser.sends("/panel/me/password", &[("password", MALLORYS)]).await.is(403);
        browser.opens("/panel/me/two-step").await.is(404);
    }
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

both!(
    h1_credentials_of_a_squatter_end_at_the_first_proof_by_mail,
    h1_a_password_that_is_set_after_the_invitation_falls_too,
    h1_a_sign_in_link_by_mail_is_the_proof_as_well,
    h1_squatted_credentials_open_their_own_account_alone,
    h1_several_squatting_accounts_gain_no_more_than_one,
    h1_other_spellings_of_an_e_mail_are_one_person_or_another_one,
    h1_an_invitation_is_taken_only_after_the_second_step,
);
