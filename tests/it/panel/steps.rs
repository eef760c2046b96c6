//! The second step of signing in, and changing one's own password.

use std::time::Duration;

use parom::identity::MemberRole;
use parom_tests::{World, both, once};
use totp_rs::{Builder, Secret};

use super::{PASSWORD, add_member, sign_in};

fn code(world: &World, secret: &str) -> String {
    let totp =
        Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).with_account_name("x").build().unwrap();
    totp.generate(u64::try_from(world.clock.millis() / 1000).unwrap()).to_string()
}

async fn codes_are_asked_for_and_good_once(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, "anna@example.com").await;
    let page = anna.opens("/panel/me/two-step").await.is(200);
    assert!(page.text.contains("<svg") && page.text.contains("QR"), "{}", page.text);
    let secret = page.text.split_once("<code class=\"mono all\">").unwrap().1.split('<').next().unwrap().to_owned();
    assert!(anna.opens("/panel/me/two-step").await.text.contains(&secret), "the same until it is confirmed");
    let asked = anna.sends("/panel/me/two-step", &[("code", &code(world, &secret))]).await.is(422);
    assert!(asked.text.contains("not the current password"), "a session left open is not enough: {}", asked.text);
    anna.sends("/panel/me/two-step", &[("code", "000000"), ("current", PASSWORD)]).await.is(422);
    let first = code(world, &secret);
    let done = anna.does("/panel/me/two-step", &[("code", &first), ("current", PASSWORD)]).await;
    assert!(done.text.contains("Two-step sign-in is on"), "{}", done.text);

    let visitor = world.visitor();
    let fields = [("email", "anna@example.com"), ("password", PASSWORD), ("to", "/panel/team")];
    let step = visitor.sends("/panel/sign-in", &fields).await.is(200);
    assert!(visitor.cookies().is_empty(), "a password alone opens nothing");
    let pending = step.field("pending");
    let type_in = async |code: &str| {
        visitor.sends("/panel/sign-in/code", &[("code", code), ("pending", &pending), ("to", "/panel/team")]).await
    };
    type_in(&first).await.is(401);
    world.advance(Duration::from_secs(60));
    let second = code(world, &secret);
    let (wrong, long) = ("12345", "1234567");
    type_in(wrong).await.is(401);
    type_in(long).await.is(401);
    assert_eq!(type_in(&second).await.is_redirect(), "/panel/team");
    visitor.opens("/panel/team").await.is(200);
    type_in(&second).await.is(410);

    // Guessing is counted by the person, whatever the page.
    let guesser = world.visitor();
    let step = guesser.sends("/panel/sign-in", &fields).await.is(200);
    let pending = step.field("pending");
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let fields = [("code", "000000"), ("pending", &*pending), ("to", "")];
        statuses.push(guesser.sends("/panel/sign-in/code", &fields).await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
    // The first step runs out.
    world.advance(Duration::from_secs(301));
    let fields = [("code", &*code(world, &secret)), ("pending", &*pending), ("to", "")];
    guesser.sends("/panel/sign-in/code", &fields).await.is(410);
}

async fn a_new_password_ends_what_the_old_one_opened(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, "anna@example.com").await;
    let elsewhere = sign_in(world, "anna@example.com").await;
    let new = "another ferry at noon";
    let change = async |current: &str, password: &str| {
        anna.opens("/panel/me").await.is(200);
        anna.sends("/panel/me/password", &[("current", current), ("password", password)]).await
    };
    assert!(change("wrong", new).await.is(422).text.contains("not the current password"));
    assert!(change(PASSWORD, "password1").await.is(422).text.contains("easy to guess"));
    assert!(change(PASSWORD, "short").await.is(422).text.contains("at least 8"));
    elsewhere.opens("/panel").await.is(200);
    assert_eq!(change(PASSWORD, new).await.is_redirect(), "/panel/me");
    anna.opens("/panel").await.is(200);
    assert!(elsewhere.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"));
    let with = async |password: &str| {
        let fields = [("email", "anna@example.com"), ("password", password), ("to", "")];
        world.visitor().sends("/panel/sign-in", &fields).await.status
    };
    assert_eq!((with(PASSWORD).await, with(new).await), (401, 303));
}

async fn own_sessions_are_listed_and_ended(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    add_member(world, line.tenant_id, "carl@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, "anna@example.com").await;
    let other = sign_in(world, "anna@example.com").await;
    let third = sign_in(world, "anna@example.com").await;
    let page = anna.opens("/panel/me").await.is(200);
    let (_, rest) = page.text.split_once("/panel/me/sessions/").expect("another session is listed");
    let one = format!("/panel/me/sessions/{}", rest.split('"').next().unwrap());
    let carl = sign_in(world, "carl@example.com").await;
    carl.opens("/panel/me").await.is(200);
    carl.sends(&one, &[]).await.is(404);
    anna.does(&one, &[]).await;
    let alive = |reply: parom_tests::Reply| reply.status == 200;
    let left = [alive(other.opens("/panel").await), alive(third.opens("/panel").await)];
    assert_eq!(left.iter().filter(|alive| **alive).count(), 1);
    anna.does("/panel/me/sessions/end", &[]).await;
    assert!(!alive(other.opens("/panel").await) && !alive(third.opens("/panel").await));
    anna.opens("/panel").await.is(200);
    carl.opens("/panel").await.is(200);
}

both!(codes_are_asked_for_and_good_once);
once!(a_new_password_ends_what_the_old_one_opened, own_sessions_are_listed_and_ended);
