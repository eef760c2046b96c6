//! Signing in to the panel: passwords, codes, sessions, and what strangers who try keep out nobody by.

use std::time::Duration;

use entity::{directory, session};
use parom::identity::MemberRole;
use parom::identity::slot::Slot;
use parom_tests::settings::{HOST, START};
use parom_tests::{Engine, MailServer, Place, Setup, Visitor, World, both, once};
use reqwest::Method;
use sea_orm::EntityTrait;

use super::{ANNA, PASSWORD, add_member, add_person, sign_in, with_anna};
use crate::identity::code;

const HOUR: u64 = 3600;

async fn tries(world: &World, email: &str, password: &str) -> (u16, String) {
    let reply = world.visitor().sends("/panel/sign-in", &[("email", email), ("password", password), ("to", "")]).await;
    (reply.status, reply.text)
}

async fn a_password_opens_the_panel(world: &mut World) {
    with_anna(world).await;
    let visitor = world.visitor();
    let there = visitor.opens("/panel/audit?group=member").await.is_redirect();
    assert!(there.starts_with("/panel/sign-in?to="), "{there}");
    let page = visitor.goes("/panel/audit?group=member").await.is(200);
    let to = page.field("to");
    let fields = [("email", " ANNA@example.com "), ("password", PASSWORD), ("to", &*to)];
    let reply = visitor.sends("/panel/sign-in", &fields).await;
    assert_eq!(reply.is_redirect(), "/panel/audit?group=member");
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("parom=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    let page = visitor.opens("/panel").await.is(200);
    page.says(&[HOST]);
    assert_eq!(page.header("cache-control"), "no-store");
    // The database could open nothing: it knows hashes alone.
    let token = cookie.trim_start_matches("parom=").split(';').next().unwrap().to_owned();
    let store = &world.app().store;
    let rows = format!("{:?}", session::Entity::find().all(store.read()).await.unwrap());
    let keys = format!("{:?}", directory::Entity::find().all(store.read()).await.unwrap());
    assert!(token.len() == 43 && !rows.contains(&token) && !keys.contains(&token));
}

async fn no_answer_reveals_whether_an_email_is_known(world: &mut World) {
    with_anna(world).await;
    let (wrong, with_known) = tries(world, ANNA, "wrong").await;
    let (unknown, with_unknown) = tries(world, "carl@example.com", "wrong").await;
    assert_eq!((wrong, unknown), (401, 401));
    let bare = |text: &str, email: &str| {
        let nonce = text.split_once("nonce=\"").unwrap().1.split('"').next().unwrap().to_owned();
        text.replace(email, "…").replace(&nonce, "…")
    };
    assert_eq!(bare(&with_known, ANNA), bare(&with_unknown, "carl@example.com"));
    assert!(with_known.contains("did not match"), "{with_known}");
    // A link: the same words, known or not, without a mail server too.
    for email in [ANNA, "carl@example.com"] {
        let asked = world.visitor().sends("/panel/sign-in/link", &[("email", email), ("to", "")]).await.is(200);
        asked.says(&["is known here"]);
    }
}

async fn tries_are_counted_by_login_and_by_all_instances(world: &mut World) {
    with_anna(world).await;
    for _ in 0..5 {
        assert_eq!(tries(world, ANNA, "wrong").await.0, 401);
    }
    let fields = [("email", "Anna@Example.com"), ("password", PASSWORD), ("to", "")];
    let refused = world.visitor().sends("/panel/sign-in", &fields).await.is(429);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    refused.says(&["Too many attempts"]);
    assert_eq!(tries(world, "carl@example.com", "wrong").await.0, 401, "another login is free");
    world.advance(Duration::from_secs(wait));
    assert_eq!(tries(world, ANNA, PASSWORD).await.0, 303);
    for _ in 0..5 {
        assert_eq!(tries(world, ANNA, "wrong").await.0, 401, "a right one forgives the wrong ones");
    }
}

async fn tries_are_counted_by_address(world: &mut World) {
    for number in 0..20 {
        assert_eq!(tries(world, &format!("no{number}@example.com"), "wrong").await.0, 401);
    }
    assert_eq!(tries(world, "more@example.com", "wrong").await.0, 429);
    world.advance(Duration::from_secs(60));
    assert_eq!(tries(world, "more@example.com", "wrong").await.0, 401);
}

async fn forms_of_others_are_refused(world: &mut World) {
    let line = with_anna(world).await;
    add_member(world, line.tenant_id, "carl@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, ANNA).await;
    let carl = sign_in(world, "carl@example.com").await;
    let send = async |csrf: Option<&str>, header: Option<(&str, &str)>, body: &str| {
        let body = csrf.map_or_else(|| body.to_owned(), |csrf| format!("{body}&csrf={csrf}"));
        let request = anna.request(Method::POST, "/panel/team/invite");
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let request = match header {
            Some((name, value)) => world
                .api
                .anonymous(Method::POST, "/panel/team/invite")
                .header("cookie", anna.cookies())
                .header("content-type", "application/x-www-form-urlencoded")
                .header(name, value)
                .body(request.build().unwrap().body().unwrap().as_bytes().unwrap().to_vec()),
            None => request,
        };
        let reply = parom_tests::answer(request).await;
        let is_page = reply.header("content-type").starts_with("text/html");
        assert!(is_page || reply.status == 303, "{:?}", reply.headers);
        reply.status
    };
    let own = anna.csrf();
    let good = "email=new%40example.com&role=viewer";
    assert_eq!(send(None, None, good).await, 403);
    assert_eq!(send(Some(""), None, good).await, 403);
    assert_eq!(send(Some(&carl.csrf()), None, good).await, 403, "another session's");
    assert_eq!(send(Some(&own), Some(("sec-fetch-site", "cross-site")), good).await, 403);
    assert_eq!(send(Some(&own), Some(("sec-fetch-site", "same-site")), good).await, 403);
    assert_eq!(send(Some(&own), Some(("origin", "https://evil.example")), good).await, 403);
    assert_eq!(send(Some(&own), Some(("origin", "null")), good).await, 403);
    assert_eq!(send(Some(&own), None, &format!("{good}&admin=1")).await, 400, "a field that the page has not");
    assert_eq!(send(Some(&own), None, "email=new%40example.com").await, 400, "a field is missing");
    assert_eq!(send(Some(&own), None, &format!("role=viewer&email={}", "x".repeat(70_000))).await, 413);
    assert_eq!(send(Some(&own), None, good).await, 303);
    // Without a session a form is refused, a page leads to the sign-in.
    assert_eq!(world.visitor().sends("/panel/team/invite", &[("csrf", &own)]).await.status, 403);
    // Another site's form does not sign a person in either.
    let fields = "email=anna%40example.com&password=x&to=";
    let foreign = world.api.anonymous(Method::POST, "/panel/sign-in").header("sec-fetch-site", "cross-site");
    let foreign = foreign.header("content-type", "application/x-www-form-urlencoded").body(fields);
    assert_eq!(parom_tests::answer(foreign).await.status, 403);
}

async fn sessions_end(world: &mut World) {
    with_anna(world).await;
    let idle = sign_in(world, ANNA).await;
    let busy = sign_in(world, ANNA).await;
    let gone = sign_in(world, ANNA).await;
    let stolen = world.visitor();
    stolen.steal(&gone);
    gone.opens("/panel").await.is(200);
    assert_eq!(gone.sends("/panel/sign-out", &[]).await.is_redirect(), "/panel/sign-in");
    assert!(stolen.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"), "ended here, ended everywhere");
    world.advance(Duration::from_secs(11 * HOUR));
    busy.opens("/panel").await.is(200);
    world.advance(Duration::from_secs(HOUR));
    assert_eq!(idle.opens("/panel").await.is_redirect(), "/panel/sign-in?ended=1", "12 hours without action");
    busy.opens("/panel").await.is(200);
    for _ in 0..64 {
        world.advance(Duration::from_secs(11 * HOUR));
        busy.opens("/panel").await.is(200);
    }
    assert!(world.clock.millis() - START < 30 * 24 * 3_600_000);
    world.advance(Duration::from_secs(4 * HOUR));
    assert!(busy.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"), "30 days in any case");
    let swept = parom::identity::throttle::sweep(&world.app().identity).await.unwrap();
    assert_eq!(swept, 2, "what has run out is taken away");
}

async fn a_new_sign_in_is_a_new_token(world: &mut World) {
    with_anna(world).await;
    let visitor = sign_in(world, ANNA).await;
    let before = Visitor::new(&world.api);
    before.steal(&visitor);
    let fields = [("email", ANNA), ("password", PASSWORD), ("to", "")];
    visitor.does("/panel/sign-in", &fields).await;
    assert_ne!(before.cookies(), visitor.cookies());
    assert!(before.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"), "the earlier one ended");
}

async fn a_person_with_several_accounts_chooses_one(world: &mut World) {
    let one = world.line("support").await;
    let other = world.line_at("beta.amocrm.ru", "support").await;
    let stranger = world.line_at("gamma.amocrm.ru", "support").await;
    let id = add_member(world, one.tenant_id, ANNA, MemberRole::Owner).await;
    let app = world.app();
    let store = app.store.write();
    parom::identity::member::join(&app.identity, store, other.tenant_id, id, MemberRole::Viewer, None).await.unwrap();
    let visitor = sign_in(world, ANNA).await;
    assert_eq!(visitor.opens("/panel").await.is_redirect(), "/panel/choose");
    let page = visitor.opens("/panel/choose").await.is(200);
    page.says(&[HOST, "beta.amocrm.ru"]);
    page.never_says(&["gamma.amocrm.ru"]);
    let choose = async |line: &parom_tests::Line| {
        visitor.opens("/panel/choose").await.is(200);
        visitor.sends("/panel/choose", &[("tenant_id", &line.tenant_id.to_string()), ("to", "")]).await
    };
    assert_eq!(choose(&one).await.is_redirect(), "/panel");
    assert!(visitor.opens("/panel/team").await.is(200).text.contains(HOST));
    assert_eq!(choose(&stranger).await.status, 404);
    let beside = format!("/panel/in/{}", other.tenant_id);
    assert_eq!(choose(&other).await.is_redirect(), beside);
    assert!(visitor.opens(&beside).await.is(200).text.contains("beta.amocrm.ru"));
    visitor.opens(&format!("{beside}/team")).await.is(403);
    visitor.opens("/panel/team").await.is(200);
    // A person without an account gets in and finds nothing.
    add_person(world, "carl@example.com").await;
    let lonely = sign_in(world, "carl@example.com").await;
    assert!(lonely.goes("/panel").await.is(200).text.contains("do not belong to any account"));
}

async fn over_https_cookies_are_bound_to_the_host(world: &mut World) {
    let setup = Setup {
        change: |config| config.server.public_url = url::Url::parse("https://parom.example").unwrap(),
        ..Setup::default()
    };
    let engine = world.database().engine();
    let Some(world) = World::start(engine, setup).await else { return };
    add_person(&world, ANNA).await;
    let visitor = world.visitor();
    let fields = [("email", ANNA), ("password", PASSWORD), ("to", "")];
    let cookie = visitor.sends("/panel/sign-in", &fields).await.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-parom="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; Secure; SameSite=Lax"), "{cookie}");
    // In a frame browsers take none but these.
    let framed = parom::identity::realm::Realm::Panel.set(&world.app().identity, Slot::First, "token", true);
    let framed = framed.to_str().unwrap().to_owned();
    assert_eq!(framed, "__Host-parom=token; Path=/; HttpOnly; Secure; SameSite=None; Partitioned");
    let admins = parom::identity::realm::Realm::Admin.set(&world.app().identity, Slot::First, "token", false);
    assert_eq!(admins.to_str().unwrap(), "__Host-parom-admin=token; Path=/; HttpOnly; Secure; SameSite=Strict");
    parom_tests::Place::close(world).await;
}

// The second step of signing in, and changing one's own password.

async fn codes_are_asked_for_and_good_once(world: &mut World) {
    with_anna(world).await;
    let anna = sign_in(world, ANNA).await;
    let page = anna.opens("/panel/me/two-step").await.is(200);
    page.says(&["<svg", "QR"]);
    let secret = page.text.split_once("<code class=\"mono all\">").unwrap().1.split('<').next().unwrap().to_owned();
    assert!(anna.opens("/panel/me/two-step").await.text.contains(&secret), "the same until it is confirmed");
    let asked = anna.sends("/panel/me/two-step", &[("code", &code(world, &secret))]).await.is(422);
    assert!(asked.text.contains("not the current password"), "a session left open is not enough: {}", asked.text);
    anna.sends("/panel/me/two-step", &[("code", "000000"), ("current", PASSWORD)]).await.is(422);
    let first = code(world, &secret);
    let done = anna.does("/panel/me/two-step", &[("code", &first), ("current", PASSWORD)]).await;
    done.says(&["Two-step sign-in is on"]);

    let visitor = world.visitor();
    let fields = [("email", ANNA), ("password", PASSWORD), ("to", "/panel/team")];
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
    with_anna(world).await;
    let anna = sign_in(world, ANNA).await;
    let elsewhere = sign_in(world, ANNA).await;
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
        let fields = [("email", ANNA), ("password", password), ("to", "")];
        world.visitor().sends("/panel/sign-in", &fields).await.status
    };
    assert_eq!((with(PASSWORD).await, with(new).await), (401, 303));
}

async fn own_sessions_are_listed_and_ended(world: &mut World) {
    let line = with_anna(world).await;
    add_member(world, line.tenant_id, "carl@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, ANNA).await;
    let other = sign_in(world, ANNA).await;
    let third = sign_in(world, ANNA).await;
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

// M5: strangers who try a login endlessly do not lock out its owner. The attacker has one address, the owner
// another, or the same one and a browser that signed in before.

const ATTACKER: &str = "198.51.100.1";
const HOME: &str = "203.0.113.7";

async fn stranger_tries(visitor: &Visitor, password: &str) -> u16 {
    visitor.sends("/panel/sign-in", &[("email", ANNA), ("password", password), ("to", "")]).await.status
}

async fn m5_tries_of_a_stranger_keep_no_owner_out(world: &mut World) {
    with_anna(world).await;
    let known = sign_in(world, ANNA).await;
    known.sends("/panel/sign-out", &[]).await.is(303);
    let attacker = world.visitor().from(ATTACKER);
    // Nearly two hours, a try every 12 seconds: far more than the login's budget.
    for _ in 0..590 {
        attacker.sends("/panel/sign-in", &[("email", ANNA), ("password", "wrong"), ("to", "")]).await;
        world.advance(Duration::from_secs(12));
    }
    assert_eq!(stranger_tries(&attacker, PASSWORD).await, 429, "the attacker waits, right or wrong");
    assert_eq!(stranger_tries(&world.visitor().from(HOME), PASSWORD).await, 303, "a fresh address is let in at once");
    let beside = known.from(ATTACKER);
    assert_eq!(stranger_tries(&beside, PASSWORD).await, 303, "a known device also from the attacker's address");
}

async fn m5_a_login_that_many_addresses_try_is_slower_for_each_and_closed_for_none(world: &mut World) {
    with_anna(world).await;
    for number in 0..40 {
        assert_eq!(stranger_tries(&world.visitor().from(&format!("198.51.100.{number}")), "wrong").await, 401);
    }
    let late = world.visitor().from("198.51.100.200");
    for _ in 0..3 {
        assert_eq!(stranger_tries(&late, "wrong").await, 401);
    }
    assert_eq!(stranger_tries(&late, "wrong").await, 429, "three in fifteen minutes instead of five a minute");
    world.advance(Duration::from_secs(60));
    assert_eq!(stranger_tries(&late, "wrong").await, 429);
    assert_eq!(stranger_tries(&world.visitor().from(HOME), PASSWORD).await, 303);
}

/// Without `trusted_proxies` all visitors have the proxy's address: what closes one door leaves the others open.
async fn m5_doors_share_no_budget_of_an_address(world: &mut World) {
    with_anna(world).await;
    let everybody = world.visitor();
    for number in 0..25 {
        let email = format!("no{number}@example.com");
        everybody.sends("/panel/sign-in", &[("email", &email), ("password", "wrong"), ("to", "")]).await;
    }
    assert_eq!(stranger_tries(&everybody, PASSWORD).await, 429);
    everybody.sends("/panel/sign-in/link", &[("email", ANNA), ("to", "")]).await.is(200);
    let fields = [("email", "olga@vendor.example"), ("password", "wrong")];
    everybody.sends_as_it_is("/admin/sign-in", &fields).await.is(422);
    everybody.sends_as_it_is("/admin/sign-in/link", &[("email", "olga@vendor.example")]).await.is(200);
}

async fn m5_the_link_form_stays_open_for_its_owner(world: &mut World) {
    with_anna(world).await;
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
    fresh.says(&["Open the newest e-mail"]);
    assert!(fresh.header("retry-after").parse::<i64>().unwrap() <= 10 * 60);
}

/// Refusing costs the database nothing.
async fn m5_a_try_that_is_refused_writes_nothing(world: &mut World) {
    let attacker = world.visitor().from(ATTACKER);
    for _ in 0..6 {
        stranger_tries(&attacker, "wrong").await;
    }
    let rows = async || {
        let all = entity::throttle::Entity::of_tenant(base::store::VENDOR).all(world.app().store.read());
        format!("{:?}", all.await.unwrap())
    };
    let before = rows().await;
    for _ in 0..50 {
        assert_eq!(stranger_tries(&attacker, "wrong").await, 429);
    }
    assert_eq!(rows().await, before);
}

/// A device is known for its own person and entrance, and gives no access by itself.
async fn m5_the_mark_of_a_device_is_worth_nothing_elsewhere(world: &mut World) {
    let line = with_anna(world).await;
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
        assert_eq!(stranger_tries(&thief, "wrong").await, 401);
    }
    assert_eq!(stranger_tries(&thief, "wrong").await, 429, "Carl's device has no tries of Anna's");
    // Even of its own login it has a bounded number.
    let mut answers = Vec::new();
    for _ in 0..20 {
        let fields = [("email", "carl@example.com"), ("password", "wrong"), ("to", "")];
        answers.push(thief.sends("/panel/sign-in", &fields).await.status);
    }
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 15, "{answers:?}");
}

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
    refused.says(&["Too many invitations"]);
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

both!(m5_a_login_that_many_addresses_try_is_slower_for_each_and_closed_for_none);
both!(tries_are_counted_by_login_and_by_all_instances, m5_a_try_that_is_refused_writes_nothing);
once!(m5_the_mark_of_a_device_is_worth_nothing_elsewhere, a_new_password_ends_what_the_old_one_opened, sessions_end);
once!(no_answer_reveals_whether_an_email_is_known, a_person_with_several_accounts_chooses_one);
once!(m5_the_link_form_stays_open_for_its_owner, m5_tries_of_a_stranger_keep_no_owner_out, forms_of_others_are_refused);
once!(over_https_cookies_are_bound_to_the_host, m5_doors_share_no_budget_of_an_address, a_new_sign_in_is_a_new_token);
once!(codes_are_asked_for_and_good_once, own_sessions_are_listed_and_ended);
once!(tries_are_counted_by_address, a_password_opens_the_panel);
