//! M1: who is no administrator is shown what amoCRM itself would show them, and nothing else.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{Line, World, both, once};
use serde_json::{Value, json};
use simulator::crm::{LeadView, UserRights};

use super::User;

const MINUTES: Duration = Duration::from_secs(181);

fn lead(world: &World, line: &Line, name: &str) -> LeadView {
    let conversation = line.crm_conversation(&format!("chat-{name}"));
    let chats = world.sandbox.chats(HOST);
    chats.into_iter().find(|chat| chat.conversation_id.as_deref() == Some(&conversation)).unwrap().lead.unwrap()
}

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
    world.sandbox.set_gateway_page(HOST, Some(502));
    maria.get(world, &format!("/card?{query}")).await.is(503);
    maria.post(world, "/ticket", &ticket).await.is(503);
    world.sandbox.set_gateway_page(HOST, None);
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

both!(m1_a_manager_limited_to_their_own_leads_sees_no_other_chats);
once!(
    n10_a_lead_opens_no_contact_of_the_same_number,
    m1_rights_of_groups_and_stages_hold,
    m1_rights_that_changed_are_noticed_after_minutes,
    m1_walking_through_contacts_is_stopped_and_written_down,
);
