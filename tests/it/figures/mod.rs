//! One day of a service with a flood, an outage and two bad accounts: every figure is the same wherever it is shown, to the
//! last message, and is what the test did. docs/figures.md names the query of each.

mod places;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use entity::letter;
use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{Answer, Line, World, both};
use serde_json::json;
use simulator::crm::{Attachment, Fault, HookMessage, Part};

use crate::admin::operator::Operator;
use places::agree;

const SECOND: &str = "second.amocrm.ru";
/// Suspended by the vendor.
const HELD: &str = "held.amocrm.ru";
/// Its messenger does not answer.
const AWAY: &str = "away.amocrm.ru";
const HOSTS: [&str; 4] = [HOST, SECOND, HELD, AWAY];
/// Messages of the flood.
const MANY: i64 = 300;
const MINUTE: Duration = Duration::from_secs(60);

/// What became of the messages of one source in one direction.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    delivered: i64,
    failed: i64,
    /// Accepted by the messenger, and reported as failed afterwards.
    later: i64,
    waiting: i64,
}

impl Tally {
    fn accepted(self) -> i64 {
        self.delivered + self.failed + self.later + self.waiting
    }

    /// The other side has them after all.
    fn arrive(&mut self) {
        self.delivered += std::mem::take(&mut self.waiting);
    }

    /// As the API's ledger has it: what the other side accepted is delivered.
    fn stored(self) -> serde_json::Value {
        json!({
            "accepted": self.accepted(), "delivered": self.delivered + self.later, "failed": self.failed,
            "waiting": self.waiting,
        })
    }
}

/// A source, and what the test did to it.
struct Source {
    line: Line,
    came: Tally,
    went: Tally,
    /// Messages that a person can send again.
    dead: i64,
    /// As the API has it.
    state: &'static str,
}

impl Source {
    fn failed(&self) -> i64 {
        self.came.failed + self.went.failed + self.went.later
    }

    fn waiting(&self) -> i64 {
        self.came.waiting + self.went.waiting
    }

    fn undelivered(&self) -> i64 {
        self.dead + self.went.later
    }

    fn all(&self) -> i64 {
        self.came.accepted() + self.went.accepted()
    }

    /// The sentence above a chart.
    fn sentence(sources: &[&Self], by: &str) -> String {
        let [came, went, failed] =
            [|one: &Self| one.came.accepted(), |one: &Self| one.went.accepted(), |one: &Self| one.failed()]
                .map(|of| sum(sources, of));
        format!("Messages by {by}: {came} from customers, {went} to customers, {failed} undelivered.")
    }
}

fn sum(sources: &[&Source], of: impl Fn(&Source) -> i64) -> i64 {
    sources.iter().map(|one| of(one)).sum()
}

/// The day so far, as the test made it.
struct Day {
    flood: Source,
    quiet: Source,
    second: Source,
    held: Source,
    away: Source,
    /// Kinds of open alerts by account.
    alerts: BTreeMap<&'static str, Vec<&'static str>>,
    /// When the oldest message was accepted that waits.
    waits_since: i64,
    /// Refusals that messengers answered.
    refused: i64,
}

impl Day {
    async fn begin(world: &World) -> Self {
        let source = async |host: &str, name: &str| Source {
            line: world.line_at(host, name).await,
            came: Tally::default(),
            went: Tally::default(),
            dead: 0,
            state: "working",
        };
        Self {
            flood: source(HOST, "flood").await,
            quiet: source(HOST, "quiet").await,
            second: source(SECOND, "second").await,
            held: source(HELD, "held").await,
            away: source(AWAY, "away").await,
            alerts: BTreeMap::new(),
            waits_since: 0,
            refused: 0,
        }
    }

    fn all(&self) -> [&Source; 5] {
        [&self.flood, &self.quiet, &self.second, &self.held, &self.away]
    }

    fn all_mut(&mut self) -> [&mut Source; 5] {
        [&mut self.flood, &mut self.quiet, &mut self.second, &mut self.held, &mut self.away]
    }

    fn of(&self, host: &str) -> Vec<&Source> {
        self.all().into_iter().filter(|one| one.line.host == host).collect()
    }

    fn alerts(&self, host: &str) -> Vec<&'static str> {
        self.alerts.get(host).cloned().unwrap_or_default()
    }
}

/// A minute of delivery.
async fn a_minute(world: &mut World) {
    for _ in 0..12 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(5));
    }
}

/// Minutes of delivery, until only these sources' accounts have letters. The vendor stays signed in.
async fn deliver(world: &mut World, olga: &Operator, but: &[&Source]) {
    for _ in 0..300 {
        a_minute(world).await;
        olga.opens("/admin").await.is(200);
        let has_others = |one: &letter::Model| but.iter().all(|source| source.line.tenant_id != one.tenant_id);
        if !world.letters().await.iter().any(has_others) {
            return;
        }
    }
    panic!("letters wait for hours: {:?}", world.letters().await);
}

async fn morning(world: &mut World, day: &mut Day) {
    for one in day.all_mut() {
        world.customer(&one.line, "anna").writes("Hello").await;
        world.deliver_all().await;
        world.manager(&one.line).answers("anna", "Good morning").await;
        world.deliver_all().await;
        (one.came.delivered, one.went.delivered) = (1, 1);
    }
    let file = crate::import::texts("carl", 3);
    assert_eq!(crate::import::imports(world, &day.second.line, "", &file).await["done"], 3);
    day.second.came.delivered += 3;
}

async fn outage(world: &mut World, day: &mut Day) {
    day.waits_since = world.clock.millis();
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    world.api.patch(&format!("/api/v1/tenants/{}", day.held.line.tenant_id), &json!({"suspended": true})).await.is(200);
    for number in 0..MANY {
        world.customer(&day.flood.line, &format!("customer-{}", number % 30)).writes("Price?").await;
    }
    for one in [&mut day.quiet, &mut day.second, &mut day.held] {
        world.customer(&one.line, "anna").writes("Are you there?").await;
        one.came.waiting = 1;
    }
    for one in [&mut day.held, &mut day.away] {
        world.manager(&one.line).answers("anna", "One moment").await;
        one.went.waiting = 1;
    }
    day.flood.came.waiting = MANY;
    for _ in 0..6 {
        a_minute(world).await;
    }
    for one in [&mut day.flood, &mut day.quiet, &mut day.second] {
        one.state = "crm_unreachable";
    }
    (day.held.state, day.away.state) = ("paused", "needs_attention");
    day.alerts =
        [(HOST, vec!["crm_unreachable"]), (SECOND, vec!["crm_unreachable"]), (AWAY, vec!["messenger_unreachable"])]
            .into();
}

/// amoCRM is back; messengers refuse what they cannot take, and say later that they could not.
async fn afternoon(world: &mut World, day: &mut Day, olga: &Operator) {
    world.sandbox.faults().clear();
    deliver(world, olga, &[&day.held, &day.away]).await;
    for one in [&mut day.flood, &mut day.quiet, &mut day.second] {
        one.came.arrive();
        one.state = "working";
    }
    for text in ["Refused one", "Refused two"] {
        world.manager(&day.quiet.line).answers("anna", text).await;
    }
    world.manager(&day.quiet.line).sends("anna", HookMessage::attachment(Attachment::sample("file"))).await;
    (day.quiet.went.failed, day.quiet.dead, day.refused) = (3, 3, 3);
    let (line, message) = (&day.second.line, HookMessage::text("Hello, this is Acme"));
    let source = Some(line.external_id.as_str());
    world.sandbox.manager_writes_first(&line.host, CHANNEL_ID, source, "+79995556677", message).await.unwrap();
    (day.second.went.failed, day.second.dead) = (1, 1);
    world.manager(line).answers("anna", "It is sent").await;
    deliver(world, olga, &[&day.held, &day.away]).await;
    let taken = world.messenger.taken().into_iter().find(|one| one.text() == "It is sent").expect("it arrived");
    world.customer(line, "anna").reports_status(&taken.message_id(), "failed").await.is(202);
    day.second.went.later = 1;
    deliver(world, olga, &[&day.held, &day.away]).await;
    day.alerts =
        [(HOST, vec!["undelivered"]), (SECOND, vec!["undelivered"]), (AWAY, vec!["messenger_unreachable"])].into();
}

/// One is sent again, one is removed, and both bad accounts are served again.
async fn evening(world: &mut World, day: &mut Day, olga: &Operator) {
    world.messenger.heals();
    let list = world.api.get(&day.quiet.line.dead_letters()).await.is(200).json;
    let ids: Vec<&str> = list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    let visitor = world.panel(day.quiet.line.tenant_id).await;
    visitor.opens("/panel/undelivered").await.is(200);
    visitor.does("/panel/undelivered/decide", &[("do", "retry"), ("id", ids[0])]).await;
    visitor.opens("/panel/undelivered").await.is(200);
    visitor.does("/panel/undelivered/decide", &[("do", "drop"), ("id", ids[1])]).await;
    world
        .api
        .patch(&format!("/api/v1/tenants/{}", day.held.line.tenant_id), &json!({"suspended": false}))
        .await
        .is(200);
    deliver(world, olga, &[]).await;
    day.quiet.went.failed -= 1;
    day.quiet.went.delivered += 1;
    day.quiet.dead -= 2;
    for one in day.all_mut() {
        one.came.arrive();
        one.went.arrive();
        one.state = "working";
    }
    day.alerts = [(HOST, vec!["undelivered"]), (SECOND, vec!["undelivered"])].into();
}

async fn every_figure_has_one_source(world: &mut World) {
    let mut day = Day::begin(world).await;
    let refuses = Arc::new(AtomicBool::new(false));
    let (away, is_away) = (day.away.line.source_id.to_string(), refuses.clone());
    world.messenger.answers_by(move |received| {
        let at = |pointer: &str| received.body.pointer(pointer).and_then(|text| text.as_str()).unwrap_or_default();
        match at("/data/message/content/type") {
            _ if is_away.load(Ordering::Relaxed) && at("/data/message/source_id") == away => Answer::status(503),
            "file" => Answer::status(413),
            _ if received.text().starts_with("Refused") => Answer::status(422),
            _ => Answer::ok(),
        }
    });
    let olga = Operator::signed_in(world).await;
    morning(world, &mut day).await;
    agree(world, &day, &olga).await;
    refuses.store(true, Ordering::Relaxed);
    outage(world, &mut day).await;
    agree(world, &day, &olga).await;
    afternoon(world, &mut day, &olga).await;
    agree(world, &day, &olga).await;
    evening(world, &mut day, &olga).await;
    agree(world, &day, &olga).await;
    for _ in 0..3 {
        world.advance(14 * MINUTE);
        olga.opens("/admin").await.is(200);
    }
    agree(world, &day, &olga).await;
}

both!(every_figure_has_one_source in |config| {
    config.status.enabled = true;
    config.integrations[0].channels[0].write_first = false;
});
