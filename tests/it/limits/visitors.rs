//! M3: visitors of web chats have a share of the account's room, and a day's bytes.

use std::time::Duration;

use base::config::Config;
use entity::media;
use parom::media::{Upload, Uploader};
use parom_tests::settings::{CHANNEL_ID, CLIENT_ID, HOST};
use parom_tests::{Reply, World, answer, both, cookie_of, once, state_of};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::{noted, rows};
use crate::isolation::{Route, routes};
use crate::media::png;
use crate::webchat::{OnSite, SHOP, chat_with};

const KB: usize = 1024;

/// Sends a picture as a visitor of a web chat, from this address.
pub async fn sends(world: &World, who: &OnSite, from: &str, bytes: &[u8]) -> Reply {
    let id = Uuid::new_v4();
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n{id}\r\n--b\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat();
    let request = who.request(world, Method::POST, "/files").header("Content-Type", "multipart/form-data; boundary=b");
    answer(request.header("x-forwarded-for", from).body(body)).await
}

/// Sends a file by the API, as a developer's messenger of the same account does.
async fn uploads(world: &World, source: &str, bytes: Vec<u8>) -> Reply {
    let request = world.api.request(Method::POST, &format!("/api/v1/sources/{source}/media"));
    answer(request.header("content-type", "application/octet-stream").body(bytes)).await
}

fn a_fifth_for_visitors(config: &mut Config) {
    config.media.tenant_mb = 1;
    config.limits.visitors_percent = 20;
}

async fn m3_visitors_fill_their_share_and_leave_the_rest_to_others(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    sends(world, &OnSite::new(&source), "192.0.2.1", &png(150 * KB)).await.is(202);
    for number in 0..3 {
        let full = sends(world, &OnSite::new(&source), &format!("192.0.2.{number}"), &png(100 * KB)).await.is(409);
        assert!(full.text.contains("media_no_room"), "{}", full.text);
    }
    sends(world, &OnSite::new(&source), "192.0.2.1", &png(40 * KB)).await.is(202);
    uploads(world, &source, png(700 * KB)).await.is(200);
    uploads(world, &source, png(300 * KB)).await.is(409);
    world.leave_letters();
}

fn megabytes_a_day(config: &mut Config) {
    config.limits.visitor_mb_per_day = 1;
    config.limits.address_mb_per_day = 2;
    config.limits.webchat_mb_per_day = 3;
}

async fn m3_a_visitor_an_address_and_a_chat_have_a_days_bytes(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let (anna, bert, carl) = (OnSite::new(&source), OnSite::new(&source), OnSite::new(&source));
    sends(world, &anna, "192.0.2.1", &png(900 * KB)).await.is(202);
    let enough = sends(world, &anna, "192.0.2.1", &png(200 * KB)).await.is(429);
    // The world's day began nine hours ago.
    assert_eq!(enough.header("retry-after"), "54000");
    assert!(enough.header("content-type").starts_with("application/problem+json"), "{}", enough.text);
    sends(world, &bert, "192.0.2.1", &png(900 * KB)).await.is(202);
    sends(world, &carl, "192.0.2.1", &png(400 * KB)).await.is(429);
    sends(world, &carl, "192.0.2.2", &png(400 * KB)).await.is(202);
    sends(world, &OnSite::new(&source), "192.0.2.3", &png(900 * KB)).await.is(429);
    let kept = media::Entity::find().all(world.app().store.read()).await.unwrap();
    assert_eq!(kept.len(), 3, "nothing stays of what was refused: {kept:?}");
    world.advance(Duration::from_secs(54_000));
    sends(world, &anna, "192.0.2.1", &png(900 * KB)).await.is(202);
    world.leave_letters();
}

/// Writes as a visitor at this address.
async fn writes(world: &World, who: &OnSite, from: &str, text: &str) -> Reply {
    let request = who.request(world, Method::POST, "/messages").header("x-forwarded-for", from);
    answer(request.json(&json!({"id": Uuid::new_v4(), "text": text}))).await
}

async fn is_flooded(world: &World) -> bool {
    let tenant_id = world.active(HOST).await;
    let open = parom::alert::open(world.app().store.read(), tenant_id).await.unwrap();
    open.iter().any(|alert| alert.kind == "chats_flooded")
}

fn four_chats_an_hour(config: &mut Config) {
    config.limits.webchat_new_per_hour = 4;
}

async fn n11_strangers_begin_no_more_chats_than_an_hour_may_have(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    writes(world, &anna, "192.0.2.1", "Hi").await.is(202);
    writes(world, &OnSite::new(&source), "192.0.2.2", "Hi").await.is(202);
    assert!(!is_flooded(world).await);
    let refused = writes(world, &OnSite::new(&source), "192.0.2.3", "Hi").await.is(429);
    assert_eq!(refused.header("retry-after"), "1800");
    assert!(is_flooded(world).await);
    // A chat that has begun goes on.
    writes(world, &anna, "192.0.2.4", "Are you there?").await.is(202);
    world.advance(Duration::from_secs(1800));
    writes(world, &OnSite::new(&source), "192.0.2.5", "Hi").await.is(202);
    parom::alert_checks::limits(&world.app().usage).await.unwrap();
    assert!(is_flooded(world).await, "it may go on");
    world.advance(Duration::from_secs(1801));
    parom::alert_checks::limits(&world.app().usage).await.unwrap();
    assert!(!is_flooded(world).await);
    world.leave_letters();
}

fn forty_chats_an_hour(config: &mut Config) {
    config.limits.webchat_new_per_hour = 40;
}

async fn n11_an_address_begins_only_its_share_of_the_chats_of_an_hour(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    for _ in 0..2 {
        writes(world, &OnSite::new(&source), "192.0.2.1", "Hi").await.is(202);
    }
    let refused = writes(world, &OnSite::new(&source), "192.0.2.1", "Hi").await.is(429);
    assert_eq!(refused.header("retry-after"), "1800");
    assert!(!is_flooded(world).await, "others can write");
    writes(world, &OnSite::new(&source), "192.0.2.2", "Hi").await.is(202);
    world.leave_letters();
}

fn a_megabyte_in_all(config: &mut Config) {
    config.limits.stored_mb_per_account = 1;
    config.limits.visitor_mb_per_day = 1;
}

async fn n11_texts_of_visitors_count_against_the_days_bytes_and_the_accounts_room(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    let long = "\u{1f600}".repeat(4096);
    let mut written = 0;
    // 64 texts of 16 KB are a megabyte.
    while writes(world, &anna, "192.0.2.1", &long).await.status == 202 {
        written += 1;
        world.advance(Duration::from_secs(3));
    }
    assert_eq!(written, 64);
    parom::usage::write_down(&world.app().usage).await.unwrap();
    let full = writes(world, &OnSite::new(&source), "192.0.2.2", "Hi").await.is(507);
    full.says(&["not accepted here now"]);
    world.advance(Duration::from_secs(54_000));
    writes(world, &anna, "192.0.2.1", "Are you there?").await.is(202);
    world.leave_letters();
}

async fn m3_an_unfinished_upload_is_dropped_after_an_hour(world: &mut World) {
    let line = world.line("support").await;
    for giver in [Uploader::Account, Uploader::Visitor] {
        drop(Upload::begin(&world.app().files, line.tenant_id, line.source_id, giver).await.unwrap());
    }
    let left = async || media::Entity::find().all(world.app().store.read()).await.unwrap().len();
    world.advance(Duration::from_secs(3_500));
    parom::media::sweep(&world.app().files).await.unwrap();
    assert_eq!(left().await, 2);
    world.advance(Duration::from_secs(101));
    parom::media::sweep(&world.app().files).await.unwrap();
    assert_eq!(left().await, 0);
}

// M2: strangers write nothing without a pace.

/// 43 characters, like our tokens, but never issued.
const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Requests of each kind, all at one moment.
const TRIES: usize = 130;

/// Rows of the audit log that one address causes within an hour: its refusals by name, and the rest together.
const NOTED: u64 = 22;

/// Routes by which a stranger can cause a row, with the form, how many rows beside the audit log's they may cause at
/// one moment from one address, and whether they are refused at last. All other routes cause none.
const DOORS: &[(&str, &str, &str, i64, bool)] = &[
    ("POST", "/admin/link", "token={token}", 0, true),
    ("POST", "/panel/link", "token={token}", 0, true),
    ("POST", "/admin/sign-in", "email={n}%40x.example&password=wrong-password", 61, true),
    ("POST", "/admin/sign-in/link", "email={n}%40x.example", 62, true),
    ("POST", "/panel/sign-in", "email={n}%40x.example&password=wrong-password&to=", 61, true),
    ("POST", "/panel/sign-in/link", "email={n}%40x.example&to=", 62, true),
    ("POST", "/panel/sign-in/code", "code=123456&pending={token}&to=", 0, true),
    ("GET", "/oauth/install?integration=main", "", 0, true),
    ("GET", "/oauth/callback?code=x{n}&referer=h{n}.amocrm.ru&client_id={client}&from_widget=1", "", 17, true),
    ("GET", "/oauth/callback?code=x{n}&referer=h{n}.amocrm.ru&client_id=nobody", "", 11, true),
    ("GET", "/oauth/callback?code=x&referer=acme.amocrm.ru&client_id={client}&state={state}", "", 0, false),
    ("GET", "/oauth/revoked?client_uuid={client}&account_id={n}&signature=00", "", 0, false),
    ("POST", "/crm/hooks/{token}", "a=b", 0, false),
    ("POST", "/hooks/telegram/{uuid}", "{}", 0, false),
    ("POST", "/location/{channel}_{uuid}", "{}", 0, false),
];

/// Rows that tasks in the background may write meanwhile.
const BESIDE: i64 = 5;

async fn knocks(world: &World, method: &str, path: &str, form: &str, from: &str) -> Reply {
    let request = world.api.anonymous(method.parse().unwrap(), path).header("x-forwarded-for", from);
    let request = request.header("sec-fetch-site", "same-origin").header("origin", world.api.base());
    let request = match form {
        "" => request,
        form => request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned()),
    };
    answer(request).await
}

fn filled(text: &str, number: usize) -> String {
    let parts = [
        ("{token}", TOKEN.to_owned()),
        ("{n}", number.to_string()),
        ("{client}", CLIENT_ID.to_owned()),
        ("{state}", "ab".repeat(32)),
        ("{uuid}", Uuid::from_u128(7).to_string()),
        ("{channel}", CHANNEL_ID.to_owned()),
    ];
    parts.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}

fn slow_installs(config: &mut Config) {
    config.rates.installs = 1.0;
}

async fn m2_each_door_has_a_pace_before_any_write(world: &mut World) {
    for (door, (method, path, form, most, paced)) in DOORS.iter().enumerate() {
        let (before, noted_before) = (rows(world).await, noted(world).await);
        let from = format!("198.51.100.{door}");
        let mut last = 0;
        for number in 0..TRIES {
            last = knocks(world, method, &filled(path, number), &filled(form, number), &from).await.status;
        }
        let more = rows(world).await - before;
        assert!(more <= *most + BESIDE, "{method} {path}: {more} rows, at most {most}");
        let recorded = noted(world).await - noted_before;
        assert!(recorded <= NOTED, "{method} {path}: {recorded} rows of the audit log");
        assert_eq!(last == 429, *paced, "{method} {path} answered {last}");
    }
    world.allow_problems();
}

/// N11: all that one address can do at the doors of an installation, with states and cookies of its own.
async fn n11_five_hundred_junk_requests_leave_less_than_fifty_rows(world: &mut World) {
    let before = rows(world).await;
    for number in 0..100 {
        let begun = knocks(world, "GET", "/oauth/install?integration=main", "", "198.51.100.9").await;
        let (state, cookie) = match begun.status {
            302 => (state_of(&begun.is_redirect()), cookie_of(&begun)),
            _ => ("AAAA".repeat(20), String::new()),
        };
        for rest in [
            format!("code=x{number}&referer=h{number}.amocrm.ru&client_id={CLIENT_ID}&state={state}"),
            format!("code=x{number}&referer=h{number}.amocrm.ru&client_id={CLIENT_ID}&from_widget=1"),
            format!("code=x{number}&referer=h{number}.amocrm.ru&client_id=nobody"),
            format!("error=access_denied&client_id={CLIENT_ID}&state={state}"),
        ] {
            let request = world.api.anonymous(Method::GET, &format!("/oauth/callback?{rest}"));
            answer(request.header("x-forwarded-for", "198.51.100.9").header("cookie", &cookie)).await;
        }
    }
    let left = rows(world).await - before;
    assert!(left < 50, "{left} rows");
    world.allow_problems();
}

async fn m2_an_invalid_token_leaves_no_row_and_each_address_has_its_own_rate(world: &mut World) {
    let (before, noted_before) = (rows(world).await, noted(world).await);
    for junk in ["", "x", "<script>", &TOKEN[1..], &format!("{}!", &TOKEN[1..])] {
        let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", junk).finish();
        knocks(world, "POST", "/admin/link", &form, "192.0.2.1").await.is(422);
        knocks(world, "POST", "/panel/link", &form, "192.0.2.1").await.is(410);
    }
    assert_eq!((rows(world).await, noted(world).await), (before, noted_before), "nothing of it is a token");
    let form = format!("token={TOKEN}");
    for number in 0..30 {
        knocks(world, "POST", "/admin/link", &form, &format!("2001:db8::{number:x}")).await;
    }
    let refused = knocks(world, "POST", "/admin/link", &form, "2001:db8::ffff").await.is(429);
    assert_eq!(refused.header("retry-after"), "6");
    assert_eq!(rows(world).await, before);
    assert!(noted(world).await <= noted_before + 1, "a /64 is one stranger, and what it tries is one row");
    knocks(world, "POST", "/admin/link", &form, "2001:db8:0:1::1").await.is(422);
    world.advance(std::time::Duration::from_secs(6));
    knocks(world, "POST", "/admin/link", &form, "2001:db8::1").await.is(422);
    knocks(world, "POST", "/admin/link", &form, "2001:db8::1").await.is(429);
}

/// Every route, requested without credentials; a route that writes must be in [`DOORS`].
async fn m2_no_other_route_writes_for_a_stranger(world: &mut World) {
    let modules =
        [("admin", "/admin"), ("panel", "/panel"), ("widget_api", "/widget"), ("webchat", "/chat"), ("api", "/api")];
    let mut all: Vec<Route> = modules.into_iter().flat_map(|(module, scope)| routes(module, scope)).collect();
    all.push(Route { method: "GET".to_owned(), path: "/media/{token}/{name}".to_owned() });
    assert!(all.len() > 100, "only {} routes were found", all.len());
    let paced = |route: &Route| DOORS.iter().any(|(method, path, ..)| *method == route.method && *path == route.path);
    all.retain(|route| !paced(route));
    let (before, noted_before) = (rows(world).await, noted(world).await);
    let (uuid, key) = (Uuid::from_u128(7).to_string(), "prm_nobodys-key-0123456789abcdefghijklmnopqrstu");
    let mut walked = Vec::new();
    for (number, route) in all.iter().enumerate() {
        let part = |part: &str| if part.starts_with('{') { uuid.clone() } else { part.to_owned() };
        let path = route.path.split('/').map(part).collect::<Vec<_>>().join("/");
        let path = if route.method == "GET" { format!("{path}?token={TOKEN}&ticket={TOKEN}") } else { path };
        for form in ["", "token=AAAA", "email=a%40b.example&password=xxxxxxxx"] {
            let method: Method = route.method.parse().unwrap();
            let request = world.api.anonymous(method, &path).header("x-forwarded-for", "203.0.113.9");
            let cookies = format!("parom={TOKEN}; parom-admin={TOKEN}");
            let request = request.bearer_auth(key).header("x-auth-token", "a.b.c").header("cookie", cookies);
            let request = if form.is_empty() {
                request.json(&json!({}))
            } else {
                request.header("content-type", "application/x-www-form-urlencoded").body(form)
            };
            answer(request).await;
        }
        walked.push(format!("{} {}", route.method, route.path));
        if number % 10 == 9 || number + 1 == all.len() {
            assert_eq!(rows(world).await, before, "one of these wrote: {walked:?}");
            walked.clear();
        }
    }
    assert!(noted(world).await - noted_before <= NOTED, "refused keys and tokens of one address");
}

both!(m3_visitors_fill_their_share_and_leave_the_rest_to_others in super::a_fifth_for_visitors);
once!(m3_a_visitor_an_address_and_a_chat_have_a_days_bytes in super::megabytes_a_day);
both!(n11_strangers_begin_no_more_chats_than_an_hour_may_have in super::four_chats_an_hour);
once!(n11_an_address_begins_only_its_share_of_the_chats_of_an_hour in super::forty_chats_an_hour);
once!(n11_texts_of_visitors_count_against_the_days_bytes_and_the_accounts_room in super::a_megabyte_in_all);
once!(m3_an_unfinished_upload_is_dropped_after_an_hour);
both!(m2_each_door_has_a_pace_before_any_write in super::slow_installs);
once!(n11_five_hundred_junk_requests_leave_less_than_fifty_rows in super::slow_installs);
once!(m2_an_invalid_token_leaves_no_row_and_each_address_has_its_own_rate, m2_no_other_route_writes_for_a_stranger);
