//! M2: strangers write nothing without a pace.

use parom_tests::settings::{CHANNEL_ID, CLIENT_ID};
use parom_tests::{Reply, World, answer, cookie_of, state_of};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{behind_a_proxy, each, noted, rows};
use crate::isolation::{Route, routes};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m2_each_door_has_a_pace_before_any_write() {
    let change = |config: &mut base::config::Config| {
        behind_a_proxy(config);
        config.rates.installs = 1.0;
    };
    each(change, async |world| {
        for (door, (method, path, form, most, paced)) in DOORS.iter().enumerate() {
            let (before, noted_before) = (rows(world).await, noted(world).await);
            let from = format!("198.51.100.{door}");
            let mut last = 0;
            for number in 0..TRIES {
                last = knocks(world, method, &filled(path, number), &filled(form, number), &from).await.status;
            }
            let more = rows(world).await - before;
            assert!(more <= *most + BESIDE, "{method} {path}: {more} rows, at most {most}");
            let told = noted(world).await - noted_before;
            assert!(told <= NOTED, "{method} {path}: {told} rows of the audit log");
            assert_eq!(last == 429, *paced, "{method} {path} answered {last}");
        }
        world.allow_problems();
    })
    .await;
}

/// N11: all that one address can do at the doors of an installation, with states and cookies of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n11_five_hundred_junk_requests_leave_less_than_fifty_rows() {
    let change = |config: &mut base::config::Config| {
        behind_a_proxy(config);
        config.rates.installs = 1.0;
    };
    each(change, async |world| {
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
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m2_an_invalid_token_leaves_no_row_and_each_address_has_its_own_rate() {
    each(behind_a_proxy, async |world| {
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
    })
    .await;
}

/// Every route, requested without credentials; a route that writes must be in [`DOORS`].
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m2_no_other_route_writes_for_a_stranger() {
    each(behind_a_proxy, async |world| {
        let modules = [
            ("admin", "/admin"),
            ("panel", "/panel"),
            ("widget_api", "/widget"),
            ("webchat", "/chat"),
            ("api", "/api"),
        ];
        let mut all: Vec<Route> = modules.into_iter().flat_map(|(module, scope)| routes(module, scope)).collect();
        all.push(Route { method: "GET".to_owned(), path: "/media/{token}/{name}".to_owned() });
        assert!(all.len() > 100, "only {} routes were found", all.len());
        let paced =
            |route: &Route| DOORS.iter().any(|(method, path, ..)| *method == route.method && *path == route.path);
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
    })
    .await;
}
