//! All places that show figures, read at one moment and compared with the day as the test made it.

use entity::letter;
use parom::delivery::gauges;
use parom::delivery::read::{figures, sides};
use parom_tests::settings::{HOST, START};
use parom_tests::{Reply, Visitor, World};
use serde_json::json;
use uuid::Uuid;

use super::{Day, HOSTS, Source, Tally, sum};
use crate::admin::lists::figure;
use crate::admin::operator::Operator;
use crate::alerts::{detail, looks, open};
use crate::widget_api::User;

/// The visible words of a piece of a page.
fn words(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        let (_, said) = part.split_once('>').unwrap_or(("", part));
        text.push_str(said);
        text.push(' ');
    }
    text.replace("&#38;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a part of a page that begins and ends with these.
#[track_caller]
fn between(page: &str, begin: &str, end: &str) -> String {
    let rest = page.split_once(begin).unwrap_or_else(|| panic!("no {begin} in {page}")).1;
    words(rest.split(end).next().unwrap_or_default())
}

/// The row of a table with this text.
#[track_caller]
fn row<'page>(page: &'page str, with: &str) -> &'page str {
    let rows = || page.split("<tr>").skip(1).filter_map(|row| row.split("</tr>").next());
    rows().find(|row| row.contains(with)).unwrap_or_else(|| panic!("no row with {with}: {}", words(page)))
}

#[track_caller]
fn cell(row: &str, label: &str) -> String {
    between(row, &format!("data-label=\"{label}\">"), "</td>")
}

fn counted(count: i64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// The value of a metric with these labels, summed over all others.
fn metric(text: &str, name: &str, labels: &[&str]) -> i64 {
    let lines = text.lines().filter(|line| line.starts_with(&format!("{name}{{")));
    let fits = |line: &&str| labels.iter().all(|label| line.contains(label));
    lines.filter(fits).map(|line| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap()).sum()
}

// All places, at one moment.

/// Everything that says how many agrees.
pub(super) async fn agree(world: &World, day: &Day, olga: &Operator) {
    looks(world).await;
    parom::source::observations::write_proofs(&world.app().sources).await;
    gauges::look(&world.app().delivery).await.unwrap();
    let admin = olga.opens("/admin").await.is(200);
    for host in HOSTS {
        of_account(world, day, olga, &admin, host).await;
    }
    of_service(world, day, olga, &admin).await;
}

async fn of_account(world: &World, day: &Day, olga: &Operator, admin: &Reply, host: &str) {
    let sources = day.of(host);
    let tenant_id = sources[0].line.tenant_id;
    let undelivered = sum(&sources, Source::undelivered);
    let alerts = day.alerts(host);
    let visitor = world.panel(tenant_id).await;
    let page = visitor.opens("/panel").await.is(200);
    // The overview: tiles, chart, ledger, sources, and the number in the window's title.
    page.says(&[&Source::sentence(&sources, "hour")]);
    assert_eq!(figure(&page.text, ">Messages, last 24\u{a0}hours</a>"), sum(&sources, Source::all).to_string());
    assert_eq!(figure(&page.text, ">Undelivered, all time</a>"), undelivered.to_string());
    let waiting = sum(&sources, Source::waiting);
    page.says(&[&if waiting == 0 {
        "Nothing is waiting".to_owned()
    } else {
        format!("{waiting} waiting, the longest ")
    }]);
    let attention = undelivered + i64::try_from(alerts.len()).unwrap();
    page.says(&[&if attention == 0 { "<title>Overview".to_owned() } else { format!("<title>({attention}) Overview") }]);
    let equations: Vec<&str> = page.text.split("class=\"equation\"").skip(1).collect();
    for (equation, of) in equations.iter().zip([|one: &Source| one.came, |one: &Source| one.went]) {
        let tallies = || sources.iter().map(move |one| of(one));
        for (count, what) in [
            (tallies().map(Tally::accepted).sum::<i64>(), "accepted"),
            (tallies().map(|tally| tally.delivered).sum(), "delivered"),
            (tallies().map(|tally| tally.failed + tally.later).sum(), "failed"),
            (tallies().map(|tally| tally.waiting).sum(), "waiting"),
        ] {
            leads(&visitor, equation, &format!("{count} {what}"), count).await;
        }
        let later: i64 = tallies().map(|tally| tally.later).sum();
        if later > 0 {
            let said = counted(later, "message failed after the messenger had accepted it", "messages failed after");
            leads(&visitor, equation, &said, later).await;
        }
    }
    let list = visitor.opens("/panel/sources").await.is(200);
    let api = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200).json;
    let of_vendor = olga.opens(&format!("/admin/accounts/{tenant_id}")).await.is(200);
    let report = visitor.opens("/panel/reports.csv?period=today&table=sources").await.is(200).text.replace('"', "");
    for one in &sources {
        of_source(world, one, &visitor, [&page, &list, &of_vendor]).await;
        let items = api["items"].as_array().unwrap();
        let shown = items.iter().find(|item| item["id"] == json!(one.line.source_id)).unwrap();
        assert_eq!(shown["status"], one.state, "{shown}");
        let line = report.lines().find(|line| line.starts_with(&one.line.source_id.to_string())).unwrap();
        let counts: Vec<i64> = line.split(',').skip(2).take(3).map(|count| count.parse().unwrap()).collect();
        assert_eq!(counts, [one.came.accepted(), one.went.accepted(), one.failed()], "{line}");
    }
    // Lists and files.
    let undelivered_page = visitor.opens("/panel/undelivered").await.is(200);
    undelivered_page.says(&[&if undelivered == 0 {
        "empty".to_owned()
    } else {
        format!("<p data-live=\"found\">{undelivered} undelivered<")
    }]);
    let file = visitor.opens("/panel/messages.csv").await.is(200).text;
    assert_eq!(i64::try_from(file.lines().count() - 1).unwrap(), sum(&sources, Source::all), "{file}");
    let dead = world.api.get(&format!("/api/v1/dead-letters?tenant_id={tenant_id}&limit=200")).await.is(200).json;
    assert_eq!(dead["items"].as_array().unwrap().len(), usize::try_from(sum(&sources, |one| one.dead)).unwrap());
    // Reports, and what programs read.
    let [came, went, failed] = [
        sum(&sources, |one| one.came.accepted()),
        sum(&sources, |one| one.went.accepted()),
        sum(&sources, Source::failed),
    ];
    let shown = visitor.opens("/panel/reports?period=today").await.is(200);
    assert_eq!(figure(&shown.text, ">From customers<"), came.to_string());
    assert_eq!(figure(&shown.text, ">To customers<"), went.to_string());
    let path = format!("/api/v1/tenants/{tenant_id}");
    let shown = world.api.get(&format!("{path}/reports/messages?from=2026-11-20&to=2026-11-20")).await.is(200).json;
    assert_eq!(shown["total"], json!({"from_customers": came, "to_customers": went, "failed": failed}), "{host}");
    let usage = world.api.get(&format!("{path}/usage")).await.is(200).json;
    let of_month = |of: fn(&Source) -> Tally| {
        let mut all = json!({});
        for what in ["accepted", "delivered", "failed"] {
            all[what] = sources.iter().map(|one| of(one).stored()[what].as_i64().unwrap()).sum::<i64>().into();
        }
        all
    };
    assert_eq!(usage["kinds"][0]["to_crm"], of_month(|one| one.came), "{usage}");
    assert_eq!(usage["kinds"][0]["to_messenger"], of_month(|one| one.went), "{usage}");
    // What the vendor reads of it.
    let plan = olga.opens(&format!("/admin/accounts/{tenant_id}/plan")).await.is(200);
    let month = plan.text.split_once("id=\"usage\"").unwrap().1;
    let month = row(month, "data-label=\"Messenger\"");
    assert!(words(month).ends_with(&format!("{came} {went}")), "{}", words(month));
    let letters = of_tenant(&world.letters().await, tenant_id);
    let shown = between(&of_vendor.text, "<dt>Waiting</dt>", "</dd>");
    let said = counted(letters, "item, the oldest for", "items, the oldest for");
    assert!(shown.starts_with(if letters == 0 { "Nothing is waiting" } else { &said }), "{shown} {letters}");
    let read = sides::read(&world.app().delivery, tenant_id).await.unwrap();
    let calls = read.crm.iter().chain(read.messengers.values()).map(|calls| calls.failed).sum::<i64>();
    assert_eq!(between(&of_vendor.text, "<dt>Failed requests</dt>", "</dd>"), calls.to_string());
    let all = figures::read(&world.app().delivery, tenant_id, None, None).await.unwrap();
    let times = all.times().map_or(0, |times| times.messages);
    let taken = sum(&sources, |one| one.came.delivered + one.went.delivered + one.went.later);
    assert_eq!(i64::try_from(times).unwrap(), taken, "each delivery has its time");
    // Alerts.
    assert_eq!(open(world, tenant_id).await, alerts, "{host}");
    if alerts.contains(&"undelivered") {
        assert_eq!(detail(world, &sources[0].line, "undelivered").await["count"], undelivered);
        let said = counted(undelivered, "message was not delivered", "messages were not delivered");
        visitor.opens("/panel/alerts").await.is(200).says(&[&said]);
    }
    let listed =
        admin.text.split_once("Accounts with open alerts").map(|(_, rest)| rest.split("</table>").next().unwrap());
    let named = format!("/admin/accounts/{tenant_id}\"");
    match listed.filter(|list| list.contains(&named)) {
        Some(list) => assert_eq!(cell(row(list, &named), "Alerts"), alerts.len().to_string(), "{host}"),
        None => assert!(alerts.is_empty(), "{host}: {alerts:?}"),
    }
}

fn of_tenant(letters: &[letter::Model], tenant_id: Uuid) -> i64 {
    i64::try_from(letters.iter().filter(|one| one.tenant_id == tenant_id).count()).unwrap()
}

/// A figure leads to as many messages.
async fn leads(visitor: &Visitor, equation: &str, said: &str, count: i64) {
    let text = equation.replace('\u{a0}', " ");
    let before = text.split_once(&format!("\">{said}")).unwrap_or_else(|| panic!("no {said}: {}", words(&text))).0;
    let href = before.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&");
    if count > 0 {
        visitor.opens(&href).await.is(200).says(&[&counted(count, "message found", "messages found")]);
    }
}

async fn of_source(world: &World, one: &Source, visitor: &Visitor, [page, list, of_vendor]: [&Reply; 3]) {
    let id = one.line.source_id;
    let (link, table) = (format!("/panel/sources/{id}\""), page.text.split_once("data-live=\"sources\"").unwrap().1);
    let state = match one.state {
        "crm_unreachable" => "amoCRM is not answering",
        "needs_attention" => "Needs attention",
        "paused" => "Paused",
        _ => "Working",
    };
    let counts = [one.came.accepted(), one.went.accepted(), one.failed()].map(|count| count.to_string());
    let shown = row(table, &link);
    assert_eq!(["From customers", "To customers", "Undelivered"].map(|label| cell(shown, label)), counts);
    assert!(words(shown).contains(state), "{}", words(shown));
    let shown = row(&list.text, &link);
    assert_eq!(between(shown, "data-live=\"failed-", "</td>"), counts[2]);
    assert!(words(shown).contains(state), "{}", words(shown));
    let shown =
        row(of_vendor.text.split_once("<h2>Sources</h2>").unwrap().1, &format!("Line {}", one.line.external_id));
    assert!(cell(shown, "State").starts_with(state), "{}", words(shown));
    let own = visitor.opens(&format!("/panel/sources/{id}")).await.is(200);
    own.says(&[&Source::sentence(&[one], "hour")]);
    assert_eq!(figure(&own.text, ">Undelivered, all time</a>"), one.undelivered().to_string());
    if one.waiting() > 0 {
        own.says(&[&format!("{} waiting, the longest ", one.waiting())]);
    }
    let ledger = world.api.get(&one.line.path("/ledger")).await.is(200).json;
    assert_eq!((&ledger["to_crm"], &ledger["to_messenger"]), (&one.came.stored(), &one.went.stored()));
}

/// The vendor's pages, doctor, metrics and the public status page: the accounts' figures together.
async fn of_service(world: &World, day: &Day, olga: &Operator, admin: &Reply) {
    let all = day.all();
    assert_eq!(figure(&admin.text, "Messages today"), sum(&all, Source::all).to_string());
    admin.says(&[&Source::sentence(&all, "day")]);
    let undelivered = sum(&all, Source::undelivered);
    assert_eq!(figure(&admin.text, ">Undelivered, all time</a>"), undelivered.to_string());
    let accounts = HOSTS.into_iter().filter(|host| sum(&day.of(host), Source::undelivered) > 0).count();
    admin.says(&[&match accounts {
        0 => "No account".to_owned(),
        accounts => format!("In {}", counted(i64::try_from(accounts).unwrap(), "account", "accounts")),
    }]);
    if undelivered > 0 {
        let said = counted(undelivered, "undelivered message", "undelivered messages");
        admin.says(&[&format!("({said})")]);
        olga.opens("/admin/undelivered").await.is(200).says(&[&format!("<p>{undelivered} undelivered")]);
    }
    let troubled = HOSTS.into_iter().filter(|host| !day.alerts(host).is_empty()).count();
    admin.says(&[&match troubled {
        0 => "None needs attention".to_owned(),
        count => counted(i64::try_from(count).unwrap(), "needs attention", "need attention"),
    }]);
    // What waits, of any kind: messages are those of the test.
    let letters = world.letters().await;
    let messages = letters.iter().filter(|one| one.kind == 1).count();
    assert_eq!(i64::try_from(messages).unwrap(), sum(&all, Source::waiting));
    let held = of_tenant(&letters, day.held.line.tenant_id);
    let free = i64::try_from(letters.len()).unwrap() - held;
    assert_eq!(figure(&admin.text, ">Waiting</a>"), free.to_string());
    admin.says(&[&if free == 0 {
        "Nothing is waiting".to_owned()
    } else {
        let longest = world.clock.millis() - day.waits_since;
        format!("{free} waiting, the longest {} min", longest / 60_000)
    }]);
    let metrics = world.app().metrics.render();
    assert_eq!(metric(&metrics, "parom_letters", &[]), held + free);
    assert_eq!(metric(&metrics, "parom_letters", &["state=\"held\""]), held);
    let buried = ["direction=\"to_messenger\"", "verdict=\"bury\""];
    assert_eq!(metric(&metrics, "parom_attempts_total", &buried), day.refused);
    assert_eq!(gauges::check_balance(&world.app().delivery).await.unwrap(), 0);
    let checks = parom::doctor::stored(&world.app().store).await;
    let said = |name: &str| {
        checks
            .iter()
            .filter(|check| check.name == name)
            .map(|check| check.detail.to_string())
            .collect::<Vec<_>>()
            .join("; ")
    };
    let queue = said("queue");
    assert!(free == 0 || queue.contains(&counted(free, "waits, the oldest", "wait, the oldest")), "{queue}");
    assert!(held == 0 || queue.contains(&counted(held, "is held", "are held")), "{queue}");
    let wanted = if undelivered == 0 {
        String::new()
    } else {
        counted(undelivered, "message was not delivered", "messages were not delivered")
    };
    assert_eq!(said("undelivered"), wanted);
    assert_eq!(said("ledger"), "accepted = delivered + failed + waiting, for every source");
    for host in HOSTS {
        assert_eq!(said("alarms").contains(host), !day.alerts(host).is_empty(), "{host}: {}", said("alarms"));
        let needy = day.of(host).iter().any(|one| one.state == "needs_attention");
        assert_eq!(said("sources").contains(host), needy, "{host}: {}", said("sources"));
    }
    // Each destination is the same for the vendor and in public; its calls are those of the accounts.
    let public = world.visitor().opens("/status.json").await.is(200).json;
    let (mut crm, mut own) = ((0, 0), (0, 0));
    for host in HOSTS {
        let read = sides::read(&world.app().delivery, day.of(host)[0].line.tenant_id).await.unwrap();
        let add = |of: &mut (i64, i64), calls: &sides::SideCalls| *of = (of.0 + calls.failed, of.1 + calls.count());
        read.crm.iter().for_each(|calls| add(&mut crm, calls));
        read.messengers.values().for_each(|calls| add(&mut own, calls));
    }
    let is_recent = world.clock.millis() - START < 10 * 60_000;
    for (part, name, calls) in [("crm", "amoCRM · main", crm), ("custom", "Your own messenger", own)] {
        let parts = public["parts"].as_array().unwrap();
        let state = parts.iter().find(|one| one["name"] == part).unwrap()["status"].as_str().unwrap();
        let state = match state {
            "ok" => "Operational",
            "degraded" => "Slow or failing for some accounts",
            _ => "Down",
        };
        let shown = row(admin.text.split_once("Where messages go").unwrap().1, name);
        assert_eq!(cell(shown, "State"), state, "{name}: {}", words(shown));
        assert!(
            !is_recent || cell(shown, "Errors") == format!("{} of {}", calls.0, calls.1),
            "{calls:?} {}",
            words(shown)
        );
    }
    // The widget.
    let user = User::of(world, HOST, 0).await;
    let items = user.get(world, "/sources").await.is(200).json["items"].clone();
    for one in day.of(HOST) {
        let item = items.as_array().unwrap().iter().find(|item| item["id"] == json!(one.line.source_id)).unwrap();
        assert_eq!(item["status"], one.state, "{item}");
    }
}
