//! Routes: who gets a new enquiry, in the local amoCRM, through crashes and refusals.

mod leads;
mod present;
mod same;
mod stored;
mod trial;
mod trouble;
mod week;

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{Line, World, both, once};
use serde_json::{Value, json};
use simulator::crm::{HookMessage, LeadCardView};

use crate::pages::olga;
use crate::webchat::sites::{new_secret, signed};
use crate::webchat::{OnSite, SHOP};

const SOON: Duration = Duration::from_secs(4);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// A pipeline's id and its second stage.
fn second_stage(world: &World) -> (i64, i64) {
    let pipeline = world.sandbox.accounts()[0].pipelines[1].id;
    (pipeline, world.sandbox.stages(HOST, pipeline)[0].0)
}

fn path(line: &Line) -> String {
    format!("/api/v1/tenants/{}/routes", line.tenant_id)
}

/// Puts rules in force; each gets its id as its name.
pub async fn has_rules(world: &World, line: &Line, rules: Value) {
    let named = rules.as_array().unwrap().iter().map(|rule| {
        let mut rule = rule.clone();
        rule["name"] = json!(format!("Rule {}", rule["id"].as_str().unwrap()));
        rule
    });
    let admin = world.sandbox.users(HOST)[0].id;
    let routes = json!({"fallback_user": admin, "rules": named.collect::<Vec<_>>()});
    let body = json!({ "routes": routes });
    parom_tests::answer(world.api.request(reqwest::Method::PUT, &path(line)).json(&body)).await.is(200);
}

/// The jobs of new enquiries that are due soon after this; returns their attempts.
async fn routed(world: &mut World) -> usize {
    world.deliver_all().await;
    world.advance(SOON);
    world.works("routes").await
}

/// The only lead.
fn lead(world: &World) -> LeadCardView {
    let leads = world.sandbox.leads(HOST);
    assert_eq!(leads.len(), 1, "{leads:?}");
    leads.into_iter().next().unwrap()
}

/// What became of a message's decision.
async fn decision(world: &World, line: &Line, message: &str) -> parom::route::decision::Decision {
    let db = world.app().store.read();
    let found = parom::route::decision::find(db, line.tenant_id, message.parse().unwrap()).await.unwrap();
    found.expect("a decision")
}

/// Whether an alert about routing says this.
async fn is_said(world: &World, line: &Line, what: &str) -> bool {
    let alerts = parom::alert::open(world.app().store.read(), line.tenant_id).await.unwrap();
    alerts.iter().any(|alert| alert.kind == "route_failed" && alert.detail.contains(what))
}

/// Whether an alert names the rule `all`.
async fn is_alerted(world: &World, line: &Line) -> bool {
    is_said(world, line, "Rule all").await
}

fn person(id: i64) -> Value {
    json!({"kind": "person", "user_id": id.to_string()})
}

async fn a_new_enquiry_is_carried_out(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    let (pipeline, stage) = second_stage(world);
    let then = json!({"accept": true, "stage": {"pipeline_id": pipeline, "status_id": stage}, "responsible": person(manager),
        "tags": ["chat", "new"], "task": {"text": "Call", "within_minutes": 60}, "greeting": "Hello, {name}!"});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    let message = world.customer(&line, "anna").writes("Good morning").await;
    assert_eq!(routed(world).await, 1);
    let made = lead(world);
    assert_eq!((made.pipeline_id, made.status_id, made.responsible_user_id), (pipeline, stage, manager));
    assert_eq!(made.tags, ["chat", "new"]);
    assert_eq!(made.tasks, [("Call".to_owned(), manager)]);
    assert_eq!(world.sandbox.responsible_for_contact(HOST, made.contact_id), manager);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Hello, anna!"]);
    let decided = decision(world, &line, &message).await;
    assert_eq!((decided.row.state.as_str(), decided.row.lead_id), ("done", made.id));
    // The enquiry goes on, and the next begins after a day of silence.
    world.customer(&line, "anna").writes("Are you there?").await;
    assert_eq!(routed(world).await, 0);
    world.advance(24 * HOUR);
    // A reaction is no message.
    let reaction = json!({"message": {"id": message}, "sender": {"id": "user-anna"}, "emoji": "👍"});
    world.api.post(&line.path("/reactions"), &reaction).await.is(202);
    world.advance(HOUR);
    world.customer(&line, "anna").writes("Another question").await;
    assert_eq!(routed(world).await, 1);
    assert_eq!(lead(world).id, made.id, "the open lead is used");
    let matches = world.api.get(&path(&line)).await.is(200).json["matches"].clone();
    assert_eq!(matches, json!({"all": 2}));
    world.deliver_all().await;
}

async fn without_rules_nothing_is_scheduled(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    assert_eq!(routed(world).await, 0);
    has_rules(world, &line, json!([{"id": "off", "on": false, "then": {"accept": true}}])).await;
    world.customer(&line, "boris").writes("Hello").await;
    assert_eq!(routed(world).await, 0, "no rule is on");
    has_rules(world, &line, json!([{"id": "other", "when": {"text_begins": ["price"]}, "then": {"accept": true}}]))
        .await;
    let message = world.customer(&line, "carla").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    let decided = decision(world, &line, &message).await;
    assert_eq!((decided.row.rule_id.as_str(), decided.row.state.as_str()), ("", "done"));
    assert_eq!(world.sandbox.incoming_leads(HOST).len(), 3, "amoCRM's own way");
}

/// A customer with an open lead, who wrote more than a day ago.
async fn has_a_lead(world: &mut World, line: &Line, name: &str) {
    world.customer(line, name).writes("Hello").await;
    world.deliver_all().await;
    let waiting = world.sandbox.incoming_leads(HOST).pop().expect("an incoming lead");
    assert!(world.sandbox.accept_lead(HOST, &waiting.uid));
    world.advance(25 * HOUR);
    world.works("routes").await;
}

/// Every place at which a process may die: the enquiry is decided once and has one lead.
async fn a_crash_anywhere_makes_no_second_lead(world: &mut World) {
    let line = world.line("support").await;
    let (manager, other) = (world.sandbox.users(HOST)[1].id, world.sandbox.add_manager(HOST, "Olga"));
    let (pipeline, stage) = second_stage(world);
    let robin =
        json!({"kind": "round_robin", "people": [{"user_id": manager.to_string()}, {"user_id": other.to_string()}]});
    let then = json!({"lead": "new", "accept": true, "stage": {"pipeline_id": pipeline, "status_id": stage},
        "responsible": robin, "tags": ["new"], "task": {"text": "Call", "within_minutes": 5}});
    has_rules(world, &line, json!([{"id": "all", "when": {"text_begins": ["again"]}, "then": then}])).await;
    let plans = [
        "route.decided=error:1",
        "route.before_step=error:1",
        "route.lead_made=error:1",
        "route.before_step=error:200",
    ];
    for (number, plan) in plans.into_iter().enumerate() {
        let name = format!("customer{number}");
        has_a_lead(world, &line, &name).await;
        let before = world.sandbox.leads(HOST).len();
        let message = world.customer(&line, &name).writes("Again").await;
        world.deliver_all().await;
        world.faults.add(plan).unwrap();
        world.advance(SOON);
        assert_eq!(world.works("routes").await, 1);
        let first = decision(world, &line, &message).await;
        for _ in 0..12 {
            world.advance(24 * HOUR);
            world.works("routes").await;
        }
        world.faults.clear();
        let decided = decision(world, &line, &message).await;
        assert_eq!(decided.row.verdict, first.row.verdict, "{plan}: decided once");
        // The rule made one, unless it never came to that.
        let leads = world.sandbox.leads(HOST);
        assert_eq!(leads.len(), before + usize::from(number < 3), "{plan}: {leads:?}");
        if number < 3 {
            assert_eq!(decided.row.state, "done", "{plan}");
            let made = leads.iter().find(|lead| lead.id == decided.row.lead_id).unwrap();
            assert_eq!(made.tasks.len(), 1, "{plan}: {made:?}");
            assert_eq!(Some(made.responsible_user_id), decided.verdict.plan.responsible.map(|user| user.0), "{plan}");
        }
    }
}

/// New chats that come at once: each of the two jobs that run at once asks amoCRM for the incoming leads once, and what accepting
/// sets is not set again.
async fn a_flood_of_new_chats_costs_few_requests(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true, "responsible": person(manager)}}])).await;
    for number in 0..20 {
        world.customer(&line, &format!("c{number}")).writes("Hello").await;
    }
    world.deliver_all().await;
    let before = world.sandbox.requests().len();
    assert_eq!(routed(world).await, 20);
    let leads = world.sandbox.leads(HOST);
    assert!(leads.len() == 20 && leads.iter().all(|lead| lead.responsible_user_id == manager), "{leads:?}");
    let mut asked: Vec<String> = world.sandbox.requests()[before..].iter().map(|one| one.path.clone()).collect();
    asked.retain(|path| path.contains("/api/v4/"));
    let lists = asked.iter().filter(|path| path.contains("/leads/unsorted") && !path.contains("/accept")).count();
    assert!(lists <= 2 && asked.len() <= 4 * 20 + 6, "{} requests: {asked:#?}", asked.len());
}

async fn without_an_answer_the_next_person_gets_it_once(world: &mut World) {
    let line = world.line("support").await;
    let (first, second) = (world.sandbox.users(HOST)[1].id, world.sandbox.add_manager(HOST, "Olga"));
    let seat = |id: i64| json!({"user_id": id.to_string()});
    let robin = json!({"kind": "round_robin", "people": [seat(first), seat(second)]});
    let then = json!({"accept": true, "responsible": robin.clone(), "fallback": {"after_minutes": 15, "to": robin}});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    let message = world.customer(&line, "anna").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    assert_eq!(lead(world).responsible_user_id, first);
    let routing = json!({"state": "done", "version": 1, "rule": {"id": "all", "name": "Rule all"},
        "lead_id": lead(world).id.to_string(), "responsible": first.to_string()});
    let shown = format!("/api/v1/messages/{message}");
    assert_eq!(world.api.get(&shown).await.is(200).json["routing"], routing);
    // A bot's greeting is no answer.
    world.manager(&line).sends("anna", HookMessage::text("We will answer soon").by_salesbot()).await;
    world.deliver_all().await;
    world.advance(14 * MINUTE);
    assert_eq!(world.works("route_fallbacks").await, 0);
    world.advance(MINUTE);
    world.faults.add("route.before_step=error:1").unwrap();
    assert_eq!(world.works("route_fallbacks").await, 1);
    world.advance(2 * MINUTE);
    assert_eq!(world.works("route_fallbacks").await, 1);
    assert_eq!(lead(world).responsible_user_id, second);
    assert_eq!(world.sandbox.responsible_for_contact(HOST, lead(world).contact_id), second);
    world.advance(48 * HOUR);
    assert_eq!(world.works("route_fallbacks").await, 0, "once");
    assert_eq!(world.api.get(&shown).await.is(200).json["routing"]["responsible"], second.to_string());
    let visitor = olga(world, line.tenant_id).await;
    let told = visitor.opens(&format!("/panel/messages/{message}")).await.is(200);
    let why = format!("/panel/routing/try?message={message}");
    told.says(&[
        "Routed by the rule “Rule all”",
        "Responsible: ",
        "Nobody answered in time: Olga is responsible now",
        &why,
    ]);
    // Whoever is answered stays with the person who answered.
    world.customer(&line, "boris").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    let got = world.sandbox.leads(HOST)[1].responsible_user_id;
    world.manager(&line).answers("boris", "Here I am").await;
    world.deliver_all().await;
    world.advance(20 * MINUTE);
    assert_eq!(world.works("route_fallbacks").await, 1);
    assert_eq!(world.sandbox.leads(HOST)[1].responsible_user_id, got);
}

async fn versions_lead_back_and_drafts_decide_nothing(world: &mut World) {
    let line = world.line("support").await;
    let (path, put) = (path(&line), reqwest::Method::PUT);
    let save = async |body: Value, seen: &str| {
        let request = world.api.request(put.clone(), &path).header("If-Match", format!("\"{seen}\""));
        parom_tests::answer(request.json(&body)).await
    };
    let rules = |tag: &str| json!({"rules": [{"id": "all", "name": "All", "then": {"accept": true, "tags": [tag]}}]});
    save(json!({"routes": rules("one")}), "0").await.is(200);
    save(json!({"routes": rules("two")}), "0").await.is(412);
    assert_eq!(save(json!({"routes": rules("two")}), "1").await.is(200).header("etag"), "\"2\"");
    let drafted = save(json!({"routes": rules("three"), "draft": true}), "2").await.is(200);
    assert_eq!((&drafted.json["version"], &drafted.json["draft"]["version"]), (&json!(2), &json!(3)));
    world.customer(&line, "anna").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    assert_eq!(lead(world).tags, ["two"]);
    let message = json!({"message": {"source_id": line.source_id, "text": "x"}});
    let tried = world.api.post(&format!("{path}/try"), &message).await.is(200);
    assert_eq!(tried.json["verdict"]["plan"]["tags"], json!(["three"]), "the draft is tried");
    world.api.post(&format!("{path}/versions/3/restore"), &json!({})).await.is(200);
    world.api.post(&format!("{path}/versions/1/restore"), &json!({})).await.is(200);
    world.api.post(&format!("{path}/versions/9/restore"), &json!({})).await.is(404);
    let listed = world.api.get(&format!("{path}/versions")).await.is(200);
    let numbers: Vec<_> = listed.json["items"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect();
    assert_eq!(json!(numbers), json!([5, 4, 2, 1]), "the draft is in force as the next one");
    world.customer(&line, "boris").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    assert_eq!(world.sandbox.leads(HOST)[1].tags, ["one"]);
    let wrong = json!({"routes": {"rules": [{"id": "a", "name": "", "then": {"responsible": {"kind": "round_robin", "people": []}}}]}});
    let refused = parom_tests::answer(world.api.request(put, &path).json(&wrong)).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/routes/rules/0/name", "/routes/rules/0/then/responsible/people"]);
}

async fn a_template_greets_where_the_messenger_has_templates(world: &mut World) {
    let line = crate::salesbot::line(world).await;
    world.works("subscriptions").await;
    let rule = |template: i64| json!([{"id": "all", "then": {"greeting": "Hello", "template": template.to_string()}}]);
    let put = json!({"routes": {"rules": [{"id": "a", "name": "A", "then": {"template": "7"}}]}});
    let request = world.api.request(reqwest::Method::PUT, &path(&line)).json(&put);
    let refused = parom_tests::answer(request).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/routes/rules/0/then/template"], "no source may send it");
    let fields = [("UTILITY", "Welcome, {{contact.name}}!"), ("MARKETING", "A sale, {{contact.name}}!")];
    let (useful, sale) = (
        crate::salesbot::approved(world, &line, fields[0]).await,
        crate::salesbot::approved(world, &line, fields[1]).await,
    );
    has_rules(world, &line, rule(useful)).await;
    let tried = json!({"message": {"source_id": line.source_id, "text": "x"}});
    let tried = world.api.post(&format!("{}/try", path(&line)), &tried).await.is(200).json;
    assert_eq!(tried["asks"], json!([{"ask": "template", "template_id": useful.to_string()}]));
    world.customer(&line, "anna").writes("Good morning").await;
    assert_eq!(routed(world).await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Welcome, anna!"]);
    let sent = &world.messenger.received().pop().unwrap().body["data"]["message"]["template"];
    assert_eq!(sent["id"], json!(useful.to_string()));
    // Who stopped marketing gets none, and the decision says so.
    has_rules(world, &line, rule(sale)).await;
    let message = world.customer(&line, "boris").writes("STOP").await;
    assert_eq!(routed(world).await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Welcome, anna!"]);
    let step = decision(world, &line, &message).await.outcome("template").cloned().unwrap();
    assert_eq!((step.outcome.word(), step.detail.as_str()), ("skipped", "marketing_stopped"));
    let page = format!("/panel/messages/{message}");
    let visitor = crate::pages::olga(world, line.tenant_id).await;
    visitor.opens(&page).await.is(200).says(&["The customer stopped marketing messages"]);
    visitor.opens("/panel/routing").await.is(200).says(&["Template instead of the greeting", "MARKETING"]);
    visitor.opens("/panel/routing/rules/all").await.is(200).says(&["UTILITY", "MARKETING"]);
}

/// The form has no place for a round robin of the fallback beside the rule's own: it stays as it is.
async fn a_fallback_to_others_survives_the_form(world: &mut World) {
    let line = world.line("support").await;
    let [one, two, three] = ["One", "Two", "Three"].map(|name| world.sandbox.add_manager(HOST, name).to_string());
    let robin = |ids: &[&String]| {
        let people = ids.iter().map(|id| json!({"user_id": id})).collect::<Vec<_>>();
        json!({"kind": "round_robin", "people": people})
    };
    let then = json!({"responsible": robin(&[&one, &two]), "fallback": {"after_minutes": 15, "to": robin(&[&three])}});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    let olga = olga(world, line.tenant_id).await;
    let form = olga.opens("/panel/routing/rules/all").await.is(200);
    form.says(&["<option value=\"own\" selected>"]);
    let seen = form.between("name=\"seen\" value=\"", "\"").unwrap();
    let (first, second) = (format!("weight.{one}"), format!("weight.{two}"));
    let fields = [
        ("seen", seen),
        ("name", "Rule all"),
        ("on", "on"),
        ("responsible", "round_robin"),
        (&first, "1"),
        (&second, "1"),
        ("fallback_to", "own"),
        ("fallback_minutes", "20"),
    ];
    olga.sends("/panel/routing/rules/all", &fields).await.is(303);
    let saved = world.api.get(&path(&line)).await.is(200).json["draft"]["routes"]["rules"][0]["then"].clone();
    assert_eq!(saved["fallback"]["after_minutes"], 20);
    assert_eq!(saved["fallback"]["to"]["people"][0]["user_id"], json!(three), "{saved}");
    assert_eq!(saved["responsible"]["people"].as_array().map(Vec::len), Some(2));
}

/// Rules are made by the form, put in order by buttons or by dragging, tried, and switched on.
async fn rules_are_made_and_put_in_order_in_the_panel(world: &mut World) {
    let line = world.line("support").await;
    let olga = olga(world, line.tenant_id).await;
    for (seen, id) in [("0", "one"), ("1", "two"), ("2", "three")] {
        let fields = [("seen", seen), ("id", id), ("name", id), ("on", "on"), ("accept", "on"), ("text_contains", id)];
        olga.sends("/panel/routing/rules", &[&fields[..], &[("tags", id)]].concat()).await.is(303);
    }
    // Times of a week as the working hours of a source have them.
    let times =
        [("seen", "3"), ("name", "one"), ("on", "on"), ("accept", "on"), ("text_contains", "one"), ("tags", "one")];
    let monday =
        [("day", "mon"), ("from.mon", "09:00"), ("until.mon", "15:00"), ("from.tue", "09:00"), ("until.tue", "15:00")];
    let wrong = olga.sends("/panel/routing/rules/one", &[&times[..], &monday[..1]].concat()).await.is(422);
    wrong.says(&["Monday: enter from when", "id=\"f-day.mon\""]);
    // Each mistake names its field, which keeps what was typed.
    let mistakes = [("campaign", "nonsense"), ("countries", "zz1")];
    let wrong = olga.sends("/panel/routing/rules/one", &[&times[..], &mistakes].concat()).await.is(422);
    wrong.says(&[
        "“Campaign parameters”: write each line as name = value.",
        "“Country of the phone number”: must be",
        "zz1",
    ]);
    let minutes = [("task_minutes", "abc"), ("fallback_minutes", "ten")];
    let wrong = olga.sends("/panel/routing/rules/one", &[&times[..], &minutes].concat()).await.is(422);
    wrong.says(&["“To be done within, minutes”: must be a number.", "value=\"ten\"", "id=\"e-task_minutes\""]);
    let settings = [("seen", "3"), ("silence", "soon"), ("fallback_user", "")];
    let wrong = olga.sends("/panel/routing", &settings).await.is(422);
    wrong.says(&["starts a new enquiry”: must be from 1 to 720.", "value=\"soon\"", "id=\"e-silence\""]);
    let wrong = olga.sends("/panel/routing/try", &[("source", &*line.source_id.to_string()), ("phone", "x")]).await;
    wrong.is(422).says(&["”: must be a phone number", "id=\"e-phone\""]);
    olga.sends("/panel/routing/rules/one", &[&times[..], &monday].concat()).await.is(303);
    olga.opens("/panel/routing/rules/one").await.is(200).says(&["value=\"15:00\""]);
    let path = path(&line);
    let saved = world.api.get(&path).await.is(200).json["draft"]["routes"]["rules"][0]["when"]["times"].clone();
    assert_eq!(saved, json!(["mon 09:00-15:00"]));
    let order = async |world: &World| {
        let shown = world.api.get(&path).await.is(200);
        let rules = shown.json["draft"]["routes"]["rules"].as_array().unwrap().iter();
        rules.map(|rule| rule["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    for (id, seen, act, place, wanted) in [
        ("three", "4", "move", "0", "three one two"),
        ("three", "5", "down", "", "one three two"),
        ("two", "6", "up", "", "one two three"),
        ("one", "6", "move", "2", "one two three"),
        ("one", "7", "move", "2", "two three one"),
        ("two", "8", "move", "99", "three one two"),
    ] {
        let mut fields = vec![("seen", seen), ("act", act)];
        fields.extend(Some(("place", place)).filter(|(_, place)| !place.is_empty()));
        olga.sends(&format!("/panel/routing/rules/{id}/act"), &fields).await.is(303);
        assert_eq!(order(world).await, wanted, "{act} {id} {place}");
    }
    let turned = olga.does("/panel/routing/rules/two/act", &[("seen", "9"), ("act", "on")]).await;
    turned.says(&["Rule “two” is turned on in the draft."]);
    let source = line.source_id.to_string();
    let message =
        [("source", source.as_str()), ("text", "two or three"), ("phone", ""), ("time", ""), ("customer", "new")];
    let tried = olga.sends("/panel/routing/try", &message).await.is(200);
    tried.says(&["Decides: three", "Add tags: three", "It matches, but a rule above decides"]);
    olga.sends("/panel/routing/on", &[]).await.is(303);
    world.customer(&line, "anna").writes("two or three").await;
    assert_eq!(routed(world).await, 1);
    assert_eq!(lead(world).tags, ["three"]);
    let replayed = olga.opens("/panel/routing/replay").await.is(200);
    replayed.says(&["1 messages, 1 enquiries, 0 of them decided differently"]);
    olga.opens("/panel/audit?group=routes").await.is(200).says(&["Routing"]);
}

/// A chat that was held because there were too many new ones is routed when it is passed on, and once.
async fn a_held_chat_is_routed_when_it_is_released(world: &mut World) {
    let line = world.line("support").await;
    world.api.patch(&line.path(""), &json!({"new_chats_per_hour": 1})).await.is(200);
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true, "tags": ["routed"]}}])).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.advance(SOON);
    world.customer(&line, "boris").writes("Hello").await;
    world.customer(&line, "boris").writes("Anybody?").await;
    assert_eq!(routed(world).await, 1, "nothing of the held chat is in amoCRM");
    world.api.post(&line.path("/conversations/chat-boris/unblock"), &json!({})).await.is(204);
    assert_eq!(routed(world).await, 1);
    let leads = world.sandbox.leads(HOST);
    assert!(leads.len() == 2 && leads.iter().all(|lead| lead.tags == ["routed"]), "{leads:?}");
}

/// Whoever types a customer's number into a site's chat gets that customer's card by the source's rule, but is not known: the
/// number may be anybody's, unless the site vouches for it.
async fn a_typed_number_makes_nobody_known(world: &mut World) {
    const PHONE: &str = "+79151112233";
    let settings = json!({"allowed_origins": [SHOP], "ask": ["phone"]});
    let line = world.line_of("webchat", "Site", "site", settings).await;
    world.api.patch(&line.path(""), &json!({"contact_rule": "link"})).await.is(200);
    let card = world.sandbox.add_contact(HOST, "Anna", Some(PHONE), None);
    world.advance(HOUR);
    has_rules(world, &line, json!([{"id": "known", "when": {"contact": "known"}}, {"id": "stranger"}])).await;
    let site = line.source_id.to_string();
    let secret = new_secret(&world.panel(line.tenant_id).await, &site).await;
    let exp = world.clock.millis() / 1_000 + 3_600;
    let token = signed(&secret, &json!({"sub": "17", "phone": PHONE, "exp": exp}));
    let typed = OnSite::new(&site);
    for (visitor, rule) in [(typed.clone(), "stranger"), (OnSite { token, ..typed }, "known")] {
        let body = json!({"id": uuid::Uuid::new_v4(), "text": "Hello", "about": {"phone": PHONE}});
        visitor.posts(world, "/messages", body).await.is(202);
        assert_eq!(routed(world).await, 1);
        let chats = world.api.get(&line.path("/conversations")).await.is(200);
        assert_eq!(chats.json["items"][0]["contact"]["amocrm_contact_id"], card.to_string(), "{}", chats.text);
        let messages = format!("/conversations/{}/messages", chats.text_at("/items/0/id"));
        let message = world.api.get(&line.path(&messages)).await.is(200).text_at("/items/0/id");
        assert_eq!(decision(world, &line, &message).await.row.rule_id, rule);
    }
}

both!(
    a_new_enquiry_is_carried_out,
    a_template_greets_where_the_messenger_has_templates,
    a_crash_anywhere_makes_no_second_lead,
    without_an_answer_the_next_person_gets_it_once,
    versions_lead_back_and_drafts_decide_nothing
);
once!(
    without_rules_nothing_is_scheduled,
    a_flood_of_new_chats_costs_few_requests,
    rules_are_made_and_put_in_order_in_the_panel,
    a_fallback_to_others_survives_the_form,
    a_held_chat_is_routed_when_it_is_released,
    a_typed_number_makes_nobody_known
);
