//! H1 without e-mails: no address can be proved, so credentials are valid in one account only.

use parom_tests::{World, both};

use super::{
    ALICE, ALICES, EVIL, GOOD, MALLORYS, invites, is_in, link_in, owner, person, presses, sets_password, squats, tries,
    unmailed,
};

/// The next account's own unmailed link ends what Mallory set, and asks for none of it.
async fn h1_an_unmailed_link_of_the_next_account_ends_what_was_set_before(world: &mut World) {
    let mallory = squats(world, EVIL, ALICE).await;
    let (boss, _) = owner(world, GOOD).await;
    let link = link_in(world, &invites(&boss, ALICE, "owner").await.text);
    let alice = world.visitor();
    assert_eq!(presses(&alice, &link).await.is_redirect(), "/panel/me", "neither Mallory's password nor her code");
    assert!(alice.opens("/panel/team").await.is(200).text.contains(GOOD));
    assert!(!is_in(&mallory.browser).await, "her session ended");
    assert_eq!(tries(world, ALICE, MALLORYS).await.1.status, 401);

    // Alice's own count here alone, and Mallory's links cannot set or read anything of hers.
    sets_password(&alice, ALICES).await;
    let (visitor, reply) = tries(world, ALICE, ALICES).await;
    assert_eq!(reply.is_redirect(), "/panel");
    assert!(visitor.opens("/panel/team").await.is(200).text.contains(GOOD));
    let choice = visitor.opens("/panel/choose").await.is(200);
    assert!(choice.text.contains(GOOD) && !choice.text.contains(EVIL), "{}", choice.text);
    let browser = world.visitor();
    let link = unmailed(world, &mallory.owner, person(world, ALICE).await.id).await;
    presses(&browser, &link).await.is(303);
    assert!(browser.opens("/panel/me").await.is(200).text.contains(EVIL));
    browser.sends("/panel/me/password", &[("current", MALLORYS), ("password", MALLORYS)]).await.is(403);
    browser.opens("/panel/me/two-step").await.is(404);
    assert_eq!(tries(world, ALICE, ALICES).await.1.is_redirect(), "/panel", "nothing of Alice's was touched");
}

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

/// A person who is invited again by the account that set the credentials keeps them.
async fn credentials_set_in_an_account_stay_when_that_account_invites_again(world: &mut World) {
    let (boss, _) = owner(world, GOOD).await;
    let link = link_in(world, &invites(&boss, ALICE, "viewer").await.text);
    let alice = world.visitor();
    presses(&alice, &link).await.is(303);
    sets_password(&alice, ALICES).await;
    let id = person(world, ALICE).await.id;
    boss.opens("/panel/team").await.is(200);
    boss.does(&format!("/panel/team/{id}/remove"), &[]).await;
    assert!(!is_in(&alice).await);
    let link = link_in(world, &invites(&boss, ALICE, "viewer").await.text);
    presses(&world.visitor(), &link).await.is(303);
    assert_eq!(tries(world, ALICE, ALICES).await.1.is_redirect(), "/panel");
}

both!(
    h1_an_unmailed_link_of_the_next_account_ends_what_was_set_before,
    h1_credentials_of_one_account_never_open_another,
    credentials_set_in_an_account_stay_when_that_account_invites_again,
);
