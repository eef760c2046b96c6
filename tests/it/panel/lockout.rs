//! M5: strangers who try a login endlessly do not lock out its owner. The attacker has one address, the owner another,
//! or the same one and a browser that signed in before.

use std::time::Duration;

use parom::identity::MemberRole;
use parom::identity::totp::{self, FirstCodeResult};
use parom_tests::settings::HOST;
use parom_tests::{Engine, MailServer, Place, Setup, Visitor, World, both, once};
use totp_rs::{Builder, Secret};

use super::{PASSWORD, add_member, sign_in};

const ANNA: &str = "anna@example.com";
const ATTACKER: &str = "198.51.100.1";
const HOME: &str = "203.0.113.7";

async fn tries(visitor: &Visitor, password: &str) -> u16 {
    visitor.sends("/panel/sign-in", &[("email", ANNA), ("password", password), ("to", "")]).await.status
}

async fn m5_tries_of_a_stranger_keep_no_owner_out(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    let known = sign_in(world, ANNA).await;
    known.sends("/panel/sign-out", &[]).await.is(303);
    let attacker = world.visitor().from(ATTACKER);
    // Nearly two hours, a try every 12 seconds: far more than the login's budget.
    for _ in 0..590 {
        attacker.sends("/panel/sign-in", &[("email", ANNA), ("password", "wrong"), ("to", "")]).await;
        world.advance(Duration::from_secs(12));
    }
    assert_eq!(tries(&attacker, PASSWORD).await, 429, "the attacker waits, right or wrong");
    assert_eq!(tries(&world.visitor().from(HOME), PASSWORD).await, 303, "a fresh address is let in at once");
    let beside = known.from(ATTACKER);
    assert_eq!(tries(&beside, PASSWORD).await, 303, "a known device also from the attacker's address");
}

async fn m5_a_login_that_many_addresses_try_is_slower_for_each_and_closed_for_none(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    for number in 0..40 {
        assert_eq!(tries(&world.visitor().from(&format!("198.51.100.{number}")), "wrong").await, 401);
    }
    let late = world.visitor().from("198.51.100.200");
    for _ in 0..3 {
        assert_eq!(tries(&late, "wrong").await, 401);
    }
    assert_eq!(tries(&late, "wrong").await, 429, "three in fifteen minutes instead of five a minute");
    world.advance(Duration::from_secs(60));
    assert_eq!(tries(&late, "wrong").await, 429);
    assert_eq!(tries(&world.visitor().from(HOME), PASSWORD).await, 303);
}

/// Without `trusted_proxies` all visitors have the proxy's address: what closes one door leaves the others open.
async fn m5_doors_share_no_budget_of_an_address(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    let everybody = world.visitor();
    for number in 0..25 {
        let email = format!("no{number}@example.com");
        everybody.sends("/panel/sign-in", &[("email", &email), ("password", "wrong"), ("to", "")]).await;
    }
    assert_eq!(tries(&everybody, PASSWORD).await, 429);
    everybody.sends("/panel/sign-in/link", &[("email", ANNA), ("to", "")]).await.is(200);
    let fields = [("email", "olga@vendor.example"), ("password", "wrong")];
    everybody.sends_as_it_is("/admin/sign-in", &fields).await.is(422);
    everybody.sends_as_it_is("/admin/sign-in/link", &[("email", "olga@vendor.example")]).await.is(200);
}

async fn m5_the_link_form_stays_open_for_its_owner(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    let known = sign_in(world, ANNA).await;
    known.sends("/panel/sign-out", &[]).await.is(303);
    let attacker = world.visitor().from(ATTACKER);
    for _ in 0..50 {
        attacker.sends("/panel/sign-in/link", &[("email", ANNA), ("to", "")]).await;
        world.advance(Duration::from_secs(11));
    }
    attacker.sends("/panel/sign-in/link", &[("email", ANNA), ("to", "")]).await.is(429);
    known.sends("/panel/sign-in/link", &[("email", ANNA), ("to", "")]).await.is(200);
    // An unknown login is advised to use the newest e-mail: links are valid as long as the window is.
    let fresh = world.visitor().from(HOME).sends("/panel/sign-in/link", &[("email", ANNA), ("to", "")]).await.is(429);
    assert!(fresh.text.contains("Open the newest e-mail"), "{}", fresh.text);
    assert!(fresh.header("retry-after").parse::<i64>().unwrap() <= 10 * 60);
}

async fn m5_tries_of_codes_keep_no_owner_out(world: &mut World) {
    let line = world.line("support").await;
    let id = add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    let app = world.app();
    let person = parom::identity::person::by_id(app.store.read(), id).await.unwrap().unwrap();
    let secret = totp::begin(&person).unwrap().secret;
    let code = |world: &World| {
        let totp = Builder::new().with_secret(Secret::try_from_base32(&secret).unwrap()).with_account_name("x");
        totp.build().unwrap().generate(u64::try_from(world.clock.millis() / 1000).unwrap()).to_string()
    };
    let confirmed =
        totp::confirm(&app.identity, app.store.write(), &person, (&secret, &code(world)), None).await.unwrap();
    assert_eq!(confirmed, FirstCodeResult::Done);
    // The attacker knows the password.
    let fields = [("email", ANNA), ("password", PASSWORD), ("to", "")];
    let attacker = world.visitor().from(ATTACKER);
    for _ in 0..30 {
        world.advance(Duration::from_secs(12));
        let asked = attacker.sends("/panel/sign-in", &fields).await;
        if asked.status == 200 {
            let guess = [("code", "000000"), ("pending", &*asked.field("pending")), ("to", "")];
            attacker.sends_as_it_is("/panel/sign-in/code", &guess).await;
        }
    }
    world.advance(Duration::from_secs(30));
    let anna = world.visitor().from(HOME);
    let asked = anna.sends("/panel/sign-in", &fields).await.is(200);
    let right = code(world);
    let right = [("code", &*right), ("pending", &*asked.field("pending")), ("to", "")];
    anna.sends_as_it_is("/panel/sign-in/code", &right).await.is(303);
    anna.opens("/panel").await.is(200);
}

/// Refusing costs the database nothing.
async fn m5_a_try_that_is_refused_writes_nothing(world: &mut World) {
    let attacker = world.visitor().from(ATTACKER);
    for _ in 0..6 {
        tries(&attacker, "wrong").await;
    }
    let rows = async || {
        let all = entity::throttle::Entity::of_tenant(base::store::VENDOR).all(world.app().store.read());
        format!("{:?}", all.await.unwrap())
    };
    let before = rows().await;
    for _ in 0..50 {
        assert_eq!(tries(&attacker, "wrong").await, 429);
    }
    assert_eq!(rows().await, before);
}

/// A device is known for its own person and entrance, and gives no access by itself.
async fn m5_the_mark_of_a_device_is_worth_nothing_elsewhere(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    add_member(world, line.tenant_id, "carl@example.com", MemberRole::Owner).await;
    let carl = sign_in(world, "carl@example.com").await;
    let marks = carl.cookies();
    assert!(marks.contains("parom-device="), "{marks}");
    assert!(!marks.contains("carl"), "it reveals no e-mail: {marks}");
    carl.sends("/panel/sign-out", &[]).await.is(303);
    assert!(carl.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"));
    let thief = world.visitor().from(ATTACKER);
    thief.steal(&carl);
    for _ in 0..5 {
        assert_eq!(tries(&thief, "wrong").await, 401);
    }
    assert_eq!(tries(&thief, "wrong").await, 429, "Carl's device has no tries of Anna's");
    // Even of its own login it has a bounded number.
    let mut answers = Vec::new();
    for _ in 0..20 {
        let fields = [("email", "carl@example.com"), ("password", "wrong"), ("to", "")];
        answers.push(thief.sends("/panel/sign-in", &fields).await.status);
    }
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 15, "{answers:?}");
}

both!(
    m5_a_login_that_many_addresses_try_is_slower_for_each_and_closed_for_none,
    m5_a_try_that_is_refused_writes_nothing
);
once!(
    m5_doors_share_no_budget_of_an_address,
    m5_the_mark_of_a_device_is_worth_nothing_elsewhere,
    m5_tries_of_a_stranger_keep_no_owner_out,
    m5_the_link_form_stays_open_for_its_owner,
    m5_tries_of_codes_keep_no_owner_out
);

/// L2: mailboxes cannot be flooded from here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l2_a_stranger_gets_few_letters() {
    let mail = MailServer::start().await;
    let setup = Setup { change: MailServer::serves, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.unwrap();
    let line = world.line("support").await;
    let user = world.sandbox.add_account(HOST).users[0].id;
    let owner = world.panel_as(line.tenant_id, user, "Win a prize: https://evil.example/now", true).await;
    let invites = async |email: &str| {
        owner.opens("/panel/team").await.is(200);
        owner.sends("/panel/team/invite", &[("email", email), ("role", "viewer")]).await
    };
    for _ in 0..3 {
        invites("victim@example.com").await.is(303);
    }
    let refused = invites("victim@example.com").await.is(429);
    assert!(refused.text.contains("Too many invitations"), "{}", refused.text);
    assert!(refused.header("retry-after").parse::<i64>().unwrap() <= 3600);
    let letter = mail.next().await;
    assert!(!letter.text.contains("evil.example") && letter.text.contains("Win a prize"), "{}", letter.text);
    for number in 0..17 {
        invites(&format!("victim{number}@example.com")).await.is(303);
    }
    invites("another@example.com").await.is(429);
    world.advance(Duration::from_secs(3600));
    invites("another@example.com").await.is(303);
    world.close().await;
}
