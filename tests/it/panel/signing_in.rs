//! Passwords, tries, forms of other sites, and how sessions end.

use std::time::Duration;

use entity::{directory, session};
use parom::identity::MemberRole;
use parom_tests::settings::{HOST, START};
use parom_tests::{Setup, Visitor, World, answer, both, once};
use reqwest::Method;
use sea_orm::EntityTrait;

use super::{PASSWORD, add_member, add_person, sign_in};

const HOUR: u64 = 3600;

async fn tries(world: &World, email: &str, password: &str) -> (u16, String) {
    let reply = world.visitor().sends("/panel/sign-in", &[("email", email), ("password", password), ("to", "")]).await;
    (reply.status, reply.text)
}

async fn a_password_opens_the_panel(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
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
    assert!(page.text.contains(HOST), "{}", page.text);
    assert_eq!(page.header("cache-control"), "no-store");
    // The database could open nothing: it knows hashes alone.
    let token = cookie.trim_start_matches("parom=").split(';').next().unwrap().to_owned();
    let store = &world.app().store;
    let rows = format!("{:?}", session::Entity::find().all(store.read()).await.unwrap());
    let keys = format!("{:?}", directory::Entity::find().all(store.read()).await.unwrap());
    assert!(token.len() == 43 && !rows.contains(&token) && !keys.contains(&token));
}

/// The server's own address, which people open first: in their language, for callers of every kind.
async fn the_servers_address_leads_to_the_panel(world: &mut World) {
    let line = world.line("support").await;
    world.visitor().goes("/").await.is(200).says(&["Sign in", "name=\"password\""]);
    world.visitor().reading("ru").goes("/").await.is(200).says(&["Войти", "name=\"password\""]);
    world.panel(line.tenant_id).await.goes("/").await.is(200).says(&[HOST]);
    let stranger = world.visitor();
    for method in [Method::GET, Method::HEAD] {
        let reply = answer(stranger.request(method, "/")).await;
        assert_eq!(reply.is_redirect(), "/panel");
        assert_eq!((reply.header("cache-control"), reply.text.as_str()), ("no-store", ""));
    }
    answer(stranger.request(Method::POST, "/")).await.is(404);
}

async fn no_answer_reveals_whether_an_email_is_known(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let (wrong, with_known) = tries(world, "anna@example.com", "wrong").await;
    let (unknown, with_unknown) = tries(world, "carl@example.com", "wrong").await;
    assert_eq!((wrong, unknown), (401, 401));
    let bare = |text: &str, email: &str| {
        let nonce = text.split_once("nonce=\"").unwrap().1.split('"').next().unwrap().to_owned();
        text.replace(email, "…").replace(&nonce, "…")
    };
    assert_eq!(bare(&with_known, "anna@example.com"), bare(&with_unknown, "carl@example.com"));
    assert!(with_known.contains("did not match"), "{with_known}");
    // A link: the same words, known or not, without a mail server too.
    for email in ["anna@example.com", "carl@example.com"] {
        let asked = world.visitor().sends("/panel/sign-in/link", &[("email", email), ("to", "")]).await.is(200);
        assert!(asked.text.contains("is known here"), "{}", asked.text);
    }
}

async fn tries_are_counted_by_login_and_by_all_instances(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    for _ in 0..5 {
        assert_eq!(tries(world, "anna@example.com", "wrong").await.0, 401);
    }
    let fields = [("email", "Anna@Example.com"), ("password", PASSWORD), ("to", "")];
    let refused = world.visitor().sends("/panel/sign-in", &fields).await.is(429);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(refused.text.contains("Too many attempts"), "{}", refused.text);
    assert_eq!(tries(world, "carl@example.com", "wrong").await.0, 401, "another login is free");
    world.advance(Duration::from_secs(wait));
    assert_eq!(tries(world, "anna@example.com", PASSWORD).await.0, 303);
    for _ in 0..5 {
        assert_eq!(tries(world, "anna@example.com", "wrong").await.0, 401, "a right one forgives the wrong ones");
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
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    add_member(world, line.tenant_id, "carl@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, "anna@example.com").await;
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
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let idle = sign_in(world, "anna@example.com").await;
    let busy = sign_in(world, "anna@example.com").await;
    let gone = sign_in(world, "anna@example.com").await;
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
    let swept = parom::identity::sweep::round(&world.app().identity).await.unwrap();
    assert_eq!(swept, 2, "what has run out is taken away");
}

async fn a_new_sign_in_is_a_new_token(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let visitor = sign_in(world, "anna@example.com").await;
    let before = Visitor::new(&world.api);
    before.steal(&visitor);
    let fields = [("email", "anna@example.com"), ("password", PASSWORD), ("to", "")];
    visitor.does("/panel/sign-in", &fields).await;
    assert_ne!(before.cookies(), visitor.cookies());
    assert!(before.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"), "the earlier one ended");
}

async fn a_person_with_several_accounts_chooses_one(world: &mut World) {
    let one = world.line("support").await;
    let other = world.line_at("beta.amocrm.ru", "support").await;
    let stranger = world.line_at("gamma.amocrm.ru", "support").await;
    let id = add_member(world, one.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let app = world.app();
    let store = app.store.write();
    parom::identity::member::join(&app.identity, store, other.tenant_id, id, MemberRole::Viewer, None).await.unwrap();
    let visitor = sign_in(world, "anna@example.com").await;
    assert_eq!(visitor.opens("/panel").await.is_redirect(), "/panel/choose");
    let page = visitor.opens("/panel/choose").await.is(200);
    assert!(page.text.contains(HOST) && page.text.contains("beta.amocrm.ru"), "{}", page.text);
    assert!(!page.text.contains("gamma.amocrm.ru"));
    let choose = async |line: &parom_tests::Line| {
        visitor.opens("/panel/choose").await.is(200);
        visitor.sends("/panel/choose", &[("tenant_id", &line.tenant_id.to_string()), ("to", "")]).await
    };
    assert_eq!(choose(&one).await.is_redirect(), "/panel");
    assert!(visitor.opens("/panel/team").await.is(200).text.contains(HOST));
    assert_eq!(choose(&stranger).await.status, 404);
    assert_eq!(choose(&other).await.is_redirect(), "/panel");
    assert!(visitor.opens("/panel").await.is(200).text.contains("beta.amocrm.ru"));
    visitor.opens("/panel/team").await.is(403);
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
    add_person(&world, "anna@example.com").await;
    let visitor = world.visitor();
    let fields = [("email", "anna@example.com"), ("password", PASSWORD), ("to", "")];
    let cookie = visitor.sends("/panel/sign-in", &fields).await.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-parom="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; Secure; SameSite=Lax"), "{cookie}");
    // In a frame browsers take none but these.
    let framed = parom::identity::realm::Realm::Panel.set(&world.app().identity, "token", true);
    let framed = framed.to_str().unwrap().to_owned();
    assert_eq!(framed, "__Host-parom=token; Path=/; HttpOnly; Secure; SameSite=None; Partitioned");
    let admins = parom::identity::realm::Realm::Admin.set(&world.app().identity, "token", false);
    assert_eq!(admins.to_str().unwrap(), "__Host-parom-admin=token; Path=/; HttpOnly; Secure; SameSite=Strict");
    parom_tests::Place::close(world).await;
}

both!(tries_are_counted_by_login_and_by_all_instances, sessions_end);
once!(
    the_servers_address_leads_to_the_panel,
    tries_are_counted_by_address,
    forms_of_others_are_refused,
    a_new_sign_in_is_a_new_token,
    over_https_cookies_are_bound_to_the_host,
    a_password_opens_the_panel,
    no_answer_reveals_whether_an_email_is_known,
    a_person_with_several_accounts_chooses_one
);
