//! What a session shows: sources, the lead card, and to who is no administrator only what amoCRM itself would show
//! them.

use std::time::Duration;

use entity::audit;
use parom_tests::settings::HOST;
use parom_tests::{Line, World, once};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};
use simulator::crm::{LeadView, UserRights};

use super::{User, problem};

fn body(world: &World, name: &str) -> Value {
    json!({"kind": "custom", "name": name, "pipeline_id": null, "default": false, "settings": {"webhook_url": world.messenger.url()}})
}

async fn a_source_is_made_changed_and_deleted(world: &mut World) {
    let user = User::administrator(world).await;
    let pipelines = user.get(world, "/pipelines").await.is(200);
    let names: Vec<_> = pipelines.json["items"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["Sales", "Support"]);
    let second = pipelines.json["items"][1]["id"].clone();
    assert!(second.is_string() && pipelines.json["items"][0]["is_main"] == true, "{}", pipelines.text);

    let made = user.post(world, "/sources", &body(world, "Support")).await.is(201);
    assert!(made.text_at("/webhook_secret").starts_with("whsec_"));
    assert_eq!(
        (&made.json["status"], &made.json["pipeline_name"]),
        (&json!("working"), &json!("Sales")),
        "{}",
        made.text
    );
    let path = format!("/sources/{}", made.text_at("/id"));
    let list = user.get(world, "/sources").await.is(200).json;
    let item = &list["items"][0];
    assert_eq!((&list["used"], &list["limit"], &list["strays"]), (&json!(1), &json!(50), &json!([])));
    assert_eq!((&item["id"], &item["chats"], &item["embed"]), (&made.json["id"], &json!(0), &json!(null)));
    assert!(item.get("webhook_secret").is_none() && item["revision"].is_string(), "{item}");
    let changed =
        user.patch(world, &path, &json!({"name": "Sales", "pipeline_id": second, "default": true})).await.is(200);
    assert_eq!(
        (&changed.json["name"], &changed.json["pipeline_name"], &changed.json["default"]),
        (&json!("Sales"), &json!("Support"), &json!(true))
    );
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Sales");
    let paused = user.patch(world, &path, &json!({"paused": true})).await.is(200);
    assert_eq!(paused.json["status"], "paused");
    assert!(paused.text_at("/hint").contains("Paused since"), "{}", paused.text);
    user.patch(world, &path, &json!({"paused": false})).await.is(200);
    user.delete(world, &path).await.is(204);
    assert!(world.sandbox.sources(HOST).is_empty());
    user.delete(world, &path).await.is(404);

    let tenant_id = made.text_at("/tenant_id").parse().unwrap();
    let rows = audit::Entity::of_tenant(tenant_id).filter(audit::Column::Action.like("source.%"));
    let rows = rows.all(world.app().store.read()).await.unwrap();
    assert!(
        rows.len() >= 5 && rows.iter().all(|row| row.actor_kind == "crm_user" && row.actor_name == "Olga"),
        "{rows:#?}"
    );
}

async fn managers_look_and_change_nothing(world: &mut World) {
    let line = world.line("support").await;
    let manager = User::of(world, HOST, 1).await;
    let list = manager.get(world, "/sources").await.is(200);
    assert_eq!(list.json["items"][0]["external_id"], "support");
    let path = format!("/sources/{}", line.source_id);
    let nothing = json!({});
    for reply in [
        manager.post(world, "/sources", &body(world, "x")).await,
        manager.patch(world, &path, &json!({"name": "x"})).await,
        manager.delete(world, &path).await,
        manager.post(world, &format!("{path}/test"), &nothing).await,
        manager.post(world, &format!("{path}/restore"), &nothing).await,
        manager.post(world, "/strays/1/adopt", &nothing).await,
        manager.post(world, "/strays/1/remove", &nothing).await,
        manager.post(world, "/connect", &nothing).await,
        manager.post(world, "/disconnect", &nothing).await,
    ] {
        assert_eq!((reply.status, problem(&reply)), (403, "not-admin"), "{}", reply.text);
    }
    assert_eq!(world.sandbox.sources(HOST)[0]["name"], "Line support");
}

async fn kinds_come_with_their_forms_in_words(world: &mut World) {
    let user = User::administrator(world).await;
    let kinds = user.get(world, "/kinds?lang=ru").await.is(200);
    let kinds = kinds.json["items"].as_array().unwrap();
    let named = |name: &str| kinds.iter().find(|kind| kind["kind"] == name).unwrap();
    assert_eq!(kinds.len(), base::config::CONNECTORS.len(), "{kinds:?}");
    let types = ["text", "hours", "secret", "url", "lines", "paragraph", "flag", "choice", "choices"];
    for field in kinds.iter().flat_map(|kind| kind["fields"].as_array().unwrap()) {
        assert!(types.contains(&field["type"].as_str().unwrap()), "{field}");
        assert!(!field["label"].as_str().unwrap().starts_with("wizard-"), "{field}");
        let chosen = ["choice", "choices"].contains(&field["type"].as_str().unwrap());
        assert_eq!(chosen, field.get("options").is_some(), "{field}");
    }
    let chat = named("webchat")["fields"].as_array().unwrap();
    let essential: Vec<_> =
        chat.iter().filter(|field| field["essential"] == true).map(|field| &field["name"]).collect();
    assert_eq!(essential, ["allowed_origins", "title"]);
    let required: Vec<_> = chat.iter().map(|field| &field["required"]).collect();
    assert_eq!(required, [&json!(true), &json!(false)], "the widget asks for the site");
    let chat = json!({"kind": "webchat", "name": "Site", "settings": {}});
    let made = user.post(world, "/sources", &chat).await.is(201);
    let link = format!("{}/chat/{}", world.api.base(), made.text_at("/id"));
    assert_eq!(made.text_at("/embed/link"), link);
    assert!(made.text_at("/embed/code").contains(&link));
}

// The lead card: this contact's chats and what became of them.

fn lead(world: &World, line: &Line, name: &str) -> LeadView {
    let conversation = line.crm_conversation(&format!("chat-{name}"));
    let chats = world.sandbox.chats(HOST);
    chats.into_iter().find(|chat| chat.conversation_id.as_deref() == Some(&conversation)).unwrap().lead.unwrap()
}

async fn card(world: &World, user: &User, query: &str) -> Value {
    user.get(world, &format!("/card?{query}")).await.is(200).json["items"].clone()
}

async fn a_contacts_chats_and_what_became_of_the_last_message(world: &mut World) {
    let line = world.line("support").await;
    let user = User::of(world, HOST, 1).await;
    let anna = world.customer(&line, "anna");
    let first = anna.writes("Hello").await;
    world.customer(&line, "boris").writes("Other").await;
    world.deliver_all().await;
    let annas = lead(world, &line, "anna");
    let items = card(world, &user, &format!("contact_id={}", annas.contact_id)).await;
    assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    assert_eq!(items[0]["source"], json!({"id": line.source_id, "name": "Line support", "kind": "custom"}));
    assert_eq!((&items[0]["contact"]["name"], &items[0]["window"]), (&json!("anna"), &json!(null)));
    let last = &items[0]["last_message"];
    assert_eq!(
        (&last["id"], &last["direction"], &last["status"]),
        (&json!(first), &json!("to_crm"), &json!("delivered"))
    );
    assert_eq!((&last["error"], &items[0]["last_failure"]), (&json!(null), &json!(null)));

    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let sent = world.messages().await.pop().unwrap();
    anna.reports_status(&sent.id.to_string(), "failed").await.is(202);
    world.deliver_all().await;
    let items = card(world, &user, &format!("lead_id={}&lang=ru", annas.id)).await;
    let (last, failure) = (&items[0]["last_message"], &items[0]["last_failure"]);
    assert_eq!((&last["status"], &last["direction"]), (&json!("failed"), &json!("to_messenger")), "{items}");
    assert_eq!((&failure["id"], &failure["reason"]), (&json!(sent.id), &last["error"]["reason"]));
    assert!(failure["fix"].as_str().unwrap().chars().any(|sign| sign >= 'а'), "{items}");
    assert!(!items.to_string().contains("Good morning"), "no texts in the card: {items}");

    // Newest first; unknown and absent contacts have no chats.
    let boris = lead(world, &line, "boris").contact_id;
    world.advance(Duration::from_secs(5));
    world.customer(&line, "boris").writes("Again").await;
    world.deliver_all().await;
    let both = card(world, &user, &format!("contact_id={}&contact_id={boris}", annas.contact_id)).await;
    let names: Vec<_> = both.as_array().unwrap().iter().map(|item| item["contact"]["name"].clone()).collect();
    assert_eq!(names, ["boris", "anna"]);
    for nothing in ["", "contact_id=1", "contact_id=x", "lead_id=1"] {
        assert_eq!(card(world, &user, nothing).await, json!([]), "{nothing}");
    }
}

async fn the_card_says_when_amocrm_does_not(world: &mut World) {
    let line = world.line("support").await;
    let user = User::of(world, HOST, 1).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let query = format!("/card?contact_id={}", lead(world, &line, "anna").contact_id);
    world.sandbox.switch(HOST, |switches| switches.unpaid = true);
    assert_eq!(problem(&user.get(world, &query).await.is(409)), "crm-unpaid");
    world.sandbox.switch(HOST, |switches| switches.unpaid = false);
    world.sandbox.switch(HOST, |switches| switches.too_many = Some(3));
    assert!(!user.get(world, &query).await.is(503).header("retry-after").is_empty());
    world.sandbox.switch(HOST, |switches| switches.too_many = None);
    world.sandbox.switch(HOST, |switches| switches.page = Some(502));
    user.get(world, &query).await.is(503);
    world.sandbox.switch(HOST, |switches| switches.page = None);
    user.get(world, &query).await.is(200);
}

async fn the_window_closes_a_day_after_the_customer_wrote(world: &mut World) {
    let line = world.line("support").await;
    let settings = json!({"webhook_url": world.messenger.url(), "time_window_seconds": 86_400});
    world.api.patch(&line.path(""), &json!({"settings": settings})).await.is(200);
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let query = format!("contact_id={}", lead(world, &line, "anna").contact_id);
    let user = User::of(world, HOST, 1).await;
    let window = card(world, &user, &query).await[0]["window"].clone();
    assert_eq!((&window["open"], &window["templates"]), (&json!(true), &json!(true)), "{window}");
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(86_400));
    let user = User::of(world, HOST, 1).await;
    let closed = card(world, &user, &query).await[0]["window"].clone();
    assert_eq!((&closed["open"], &closed["until"]), (&json!(false), &window["until"]), "our answers open nothing");
}

// M1: who is no administrator is shown what amoCRM itself would show them, and nothing else.

const MINUTES: Duration = Duration::from_secs(181);

/// Names on the card.
async fn names(world: &World, user: &User, query: &str) -> Vec<String> {
    let items = user.get(world, &format!("/card?{query}")).await.is(200).json["items"].clone();
    let mut names: Vec<String> =
        items.as_array().unwrap().iter().map(|item| item["contact"]["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// CRM ids of the account's users: administrator, two managers.
fn users(world: &World) -> Vec<i64> {
    world.sandbox.users(HOST).into_iter().map(|user| user.id).collect()
}

fn rights(contacts: char, leads: char) -> UserRights {
    UserRights { contacts, leads, ..UserRights::default() }
}

/// Anna is Maria's, Boris is Pavel's; both wrote.
async fn two_customers(world: &mut World) -> (Line, LeadView, LeadView) {
    let line = world.line("support").await;
    for name in ["anna", "boris"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    let (anna, boris) = (lead(world, &line, "anna"), lead(world, &line, "boris"));
    let users = users(world);
    for (lead, user) in [(&anna, users[1]), (&boris, users[2])] {
        world.sandbox.set_responsible(HOST, lead.contact_id, user);
        world.sandbox.set_responsible(HOST, lead.id, user);
    }
    (line, anna, boris)
}

async fn conversation_of(world: &World, user: &User, lead: &LeadView) -> Value {
    let card = user.get(world, &format!("/card?contact_id={}", lead.contact_id)).await.is(200);
    card.json["items"][0]["conversation_id"].clone()
}

async fn m1_a_manager_limited_to_their_own_leads_sees_no_other_chats(world: &mut World) {
    let (_, anna, boris) = two_customers(world).await;
    let admin = User::of(world, HOST, 0).await;
    world.sandbox.set_rights(HOST, users(world)[1], rights('M', 'M'));
    let maria = User::of(world, HOST, 1).await;

    let both = format!("contact_id={}&contact_id={}", anna.contact_id, boris.contact_id);
    assert_eq!(names(world, &maria, &both).await, ["anna"]);
    assert_eq!(names(world, &admin, &both).await, ["anna", "boris"]);
    for theirs in [format!("contact_id={}", boris.contact_id), format!("lead_id={}", boris.id)] {
        assert_eq!(names(world, &maria, &theirs).await, Vec::<String>::new(), "{theirs}");
        assert_eq!(names(world, &admin, &theirs).await, ["boris"], "{theirs}");
    }
    assert_eq!(names(world, &maria, &format!("lead_id={}", anna.id)).await, ["anna"]);

    // A ticket is only for visible conversations, regardless of the origin of the id.
    let (annas, boriss) = (conversation_of(world, &admin, &anna).await, conversation_of(world, &admin, &boris).await);
    let messages = world.messages().await;
    let message = |conversation: &Value| {
        messages.iter().find(|one| json!(one.conversation_id) == *conversation).map(|one| one.id).unwrap()
    };
    for (user, conversation, status) in
        [(&maria, &annas, 200), (&maria, &boriss, 404), (&admin, &annas, 200), (&admin, &boriss, 200)]
    {
        let pages = [
            json!({"page": "conversation", "id": conversation}),
            json!({"page": "message", "id": message(conversation)}),
        ];
        for page in pages {
            user.post(world, "/ticket", &page).await.is(status);
        }
    }
    // Asked again if no card showed it a moment ago.
    world.advance(MINUTES);
    let maria = User::of(world, HOST, 1).await;
    maria.post(world, "/ticket", &json!({"page": "conversation", "id": annas})).await.is(200);
    maria.post(world, "/ticket", &json!({"page": "conversation", "id": boriss})).await.is(404);
}

/// N10: a lead of one's own opens no contact of the same number, whichever is asked for first.
async fn n10_a_lead_opens_no_contact_of_the_same_number(world: &mut World) {
    let (_, anna, boris) = two_customers(world).await;
    world.sandbox.set_rights(HOST, users(world)[1], rights('M', 'M'));
    world.sandbox.renumber_lead(HOST, anna.id, boris.contact_id);
    let number = boris.contact_id;
    let (contact, lead) = (format!("contact_id={number}"), format!("lead_id={number}"));
    for order in [[&contact, &lead], [&lead, &contact]] {
        let maria = User::of(world, HOST, 1).await;
        for query in order.into_iter().chain(order) {
            let seen: &[&str] = if query == &lead { &["anna"] } else { &[] };
            assert_eq!(names(world, &maria, query).await, seen, "{query}");
        }
        world.advance(MINUTES);
    }
}

async fn m1_rights_of_groups_and_stages_hold(world: &mut World) {
    let (_, anna, boris) = two_customers(world).await;
    let users = users(world);
    let both = format!("contact_id={}&contact_id={}", anna.contact_id, boris.contact_id);
    // Each of these is asked as another user would be: what was remembered runs out first.
    for (mine, theirs, seen) in [
        (rights('G', 'G'), None, vec!["anna", "boris"]),
        (UserRights { group_id: Some(7), ..rights('G', 'G') }, None, vec!["anna"]),
        (UserRights { group_id: Some(7), ..rights('G', 'G') }, Some(7), vec!["anna", "boris"]),
        (rights('A', 'D'), None, vec!["anna", "boris"]),
        (rights('D', 'D'), None, vec![]),
    ] {
        world.advance(MINUTES);
        world.sandbox.set_rights(HOST, users[1], mine.clone());
        world.sandbox.set_rights(HOST, users[2], UserRights { group_id: theirs, ..UserRights::default() });
        let maria = User::of(world, HOST, 1).await;
        assert_eq!(names(world, &maria, &both).await, seen, "{mine:?} {theirs:?}");
    }
    // On the card of a lead of one's own amoCRM shows the chats of its contacts.
    let on_lead = format!("contact_id={}&lead_id={}", anna.contact_id, anna.id);
    let stage = world.sandbox.stage_of(HOST, anna.id).unwrap();
    for (mine, seen) in [
        (rights('D', 'M'), vec!["anna"]),
        (UserRights { stages: vec![(stage.0, stage.1, 'D')], ..rights('D', 'M') }, vec![]),
        (UserRights { stages: vec![(stage.0, stage.1, 'A')], ..rights('D', 'D') }, vec!["anna"]),
    ] {
        world.advance(MINUTES);
        world.sandbox.set_rights(HOST, users[1], mine.clone());
        let maria = User::of(world, HOST, 1).await;
        assert_eq!(names(world, &maria, &on_lead).await, seen, "{mine:?}");
        // Another contact does not come along with the lead.
        let other = format!("contact_id={}&lead_id={}", boris.contact_id, anna.id);
        assert_eq!(names(world, &maria, &other).await, Vec::<String>::new(), "{mine:?}");
    }
}

async fn m1_rights_that_changed_are_noticed_after_minutes(world: &mut World) {
    let (_, anna, boris) = two_customers(world).await;
    let query = format!("contact_id={}", boris.contact_id);
    let maria = User::of(world, HOST, 1).await;
    assert_eq!(names(world, &maria, &query).await, ["boris"]);
    let ticket = json!({"page": "conversation", "id": conversation_of(world, &maria, &boris).await});
    world.sandbox.set_rights(HOST, users(world)[1], rights('M', 'M'));
    assert_eq!(names(world, &maria, &query).await, ["boris"], "remembered");
    maria.post(world, "/ticket", &ticket).await.is(200);
    world.advance(MINUTES);
    assert_eq!(names(world, &maria, &query).await, Vec::<String>::new());
    maria.post(world, "/ticket", &ticket).await.is(404);
    // The other way as well: the contact became hers.
    assert_eq!(names(world, &maria, &format!("contact_id={}", anna.contact_id)).await, ["anna"]);
    world.sandbox.set_responsible(HOST, boris.contact_id, users(world)[1]);
    world.advance(MINUTES);
    assert_eq!(names(world, &maria, &query).await, ["boris"]);
    // Without amoCRM's answer nothing is shown.
    world.advance(MINUTES);
    world.sandbox.switch(HOST, |switches| switches.page = Some(502));
    maria.get(world, &format!("/card?{query}")).await.is(503);
    maria.post(world, "/ticket", &ticket).await.is(503);
    world.sandbox.switch(HOST, |switches| switches.page = None);
}

async fn m1_walking_through_contacts_is_stopped_and_written_down(world: &mut World) {
    let (_, anna, boris) = two_customers(world).await;
    world.sandbox.set_rights(HOST, users(world)[1], rights('M', 'M'));
    let (maria, admin) = (User::of(world, HOST, 1).await, User::of(world, HOST, 0).await);
    // One's own, and one that is not, as often as one likes.
    for _ in 0..20 {
        assert_eq!(names(world, &maria, &format!("contact_id={}", anna.contact_id)).await, ["anna"]);
        assert_eq!(names(world, &maria, &format!("contact_id={}", boris.contact_id)).await, Vec::<String>::new());
        world.advance(Duration::from_secs(2));
    }
    for number in 1..30 {
        assert_eq!(names(world, &maria, &format!("contact_id={number}")).await, Vec::<String>::new(), "{number}");
        world.advance(Duration::from_secs(1));
    }
    let stopped = maria.get(world, "/card?contact_id=77").await.is(429);
    assert!(stopped.header("retry-after").parse::<u64>().unwrap() > 60);
    maria.get(world, &format!("/card?contact_id={}", anna.contact_id)).await.is(429);
    let conversation = conversation_of(world, &admin, &boris).await;
    maria.post(world, "/ticket", &json!({"page": "conversation", "id": conversation})).await.is(429);
    // Other users are not stopped, and it is recorded once.
    names(world, &User::of(world, HOST, 2).await, &format!("contact_id={}", anna.contact_id)).await;
    let rows = {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
        let refused = entity::audit::Entity::find().filter(entity::audit::Column::Action.eq("card.refused"));
        refused.all(world.app().store.read()).await.unwrap()
    };
    assert_eq!(rows.iter().map(|row| row.outcome.as_str()).collect::<Vec<_>>(), ["refused"]);
    assert_eq!(rows[0].object, users(world)[1].to_string());
    world.advance(Duration::from_secs(601));
    let maria = User::of(world, HOST, 1).await;
    assert_eq!(names(world, &maria, &format!("contact_id={}", anna.contact_id)).await, ["anna"]);
}

once!(m1_a_manager_limited_to_their_own_leads_sees_no_other_chats);
once!(m1_walking_through_contacts_is_stopped_and_written_down, a_contacts_chats_and_what_became_of_the_last_message);
once!(m1_rights_that_changed_are_noticed_after_minutes, the_window_closes_a_day_after_the_customer_wrote);
once!(n10_a_lead_opens_no_contact_of_the_same_number, a_source_is_made_changed_and_deleted);
once!(kinds_come_with_their_forms_in_words, m1_rights_of_groups_and_stages_hold, the_card_says_when_amocrm_does_not);
once!(managers_look_and_change_nothing);
