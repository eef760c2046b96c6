//! Every kind of cards: filters, links, and the methods that clients of others call.

use serde_json::{Value, json};

use crate::crm::caller::{HOST, World};

/// The names of what a list shows.
async fn names(world: &World, token: &str, path: &str) -> Vec<String> {
    let (status, body) = world.api(token, "GET", path, None).await;
    assert!(matches!(status, 200 | 204), "{path}: {status} {body}");
    let lists = body["_embedded"].as_object().into_iter().flatten().map(|(_, list)| list);
    let rows = lists.flat_map(|list| list.as_array().unwrap());
    rows.map(|one| one["name"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Posts one item and gives its id.
async fn add(world: &World, token: &str, path: &str, item: Value) -> i64 {
    let (status, body) = world.api(token, "POST", path, Some(json!([item]))).await;
    assert_eq!(status, 200, "{path}: {body}");
    let list = body["_embedded"].as_object().unwrap().values().next().unwrap();
    assert_eq!(list[0]["request_id"], "0", "{body}");
    list[0]["id"].as_i64().unwrap()
}

#[tokio::test]
async fn c1_lists_are_filtered_as_documented_and_a_fault_ends_it() {
    let world = World::new().await;
    let token = world.access().await;
    let account = world.sandbox.accounts().remove(0);
    let (sales, support) = (account.pipelines[0].id, account.pipelines[1].id);
    let maria = account.users[1].id;
    let first =
        add(&world, &token, "leads", json!({"name": "First", "price": 100, "responsible_user_id": maria})).await;
    world.advance(chrono::TimeDelta::hours(1));
    let later = world.now().timestamp();
    add(&world, &token, "leads", json!({"name": "Second", "price": 200, "pipeline_id": support})).await;
    let utm = json!([{"field_code": "UTM_SOURCE", "values": [{"value": "mail"}]}]);
    add(&world, &token, "leads", json!({"name": "Third", "status_id": 142, "custom_fields_values": utm})).await;
    let (_, fields) = world.api(&token, "GET", "leads/custom_fields?filter[code]=utm_source", None).await;
    let field = fields["_embedded"]["custom_fields"][0]["id"].clone();
    for (query, wanted) in [
        (format!("filter[id][]={first}&filter[id][]=5"), "First"),
        (format!("filter[id]={first}"), "First"),
        ("filter[name]=second".to_owned(), "Second"),
        ("filter[names][0]=Second".to_owned(), "Second"),
        ("query=thi".to_owned(), "Third"),
        (format!("filter[updated_at][from]={later}"), "Second Third"),
        (format!("filter[created_at][to]={}", later - 1), "First"),
        ("filter[price][from]=150&filter[price][to]=250".to_owned(), "Second"),
        ("filter[price]=100".to_owned(), "First"),
        (format!("filter[pipeline_id][]={support}"), "Second"),
        (format!("filter[statuses][0][pipeline_id]={sales}&filter[statuses][0][status_id]=142"), "Third"),
        (
            format!(
                "filter[statuses][0][pipeline_id]={sales}&filter[statuses][0][status_id]={}&\
                 filter[statuses][1][pipeline_id]={support}&filter[statuses][1][status_id]={}",
                sales + 2,
                support + 2
            ),
            "First Second",
        ),
        (format!("filter[responsible_user_id]={maria}"), "First"),
        (format!("filter[custom_fields_values][{field}][]=mail"), "Third"),
        ("filter[nothing_like_it]=1&order[id]=desc".to_owned(), "Third Second First"),
        ("order[updated_at]=asc&limit=1&page=2".to_owned(), "Second"),
    ] {
        assert_eq!(names(&world, &token, &format!("leads?{query}")).await.join(" "), wanted, "{query}");
    }
    let (_, shown) = world.api(&token, "GET", "account?with=is_api_filter_enabled", None).await;
    assert_eq!(shown["is_api_filter_enabled"], true);
    world.sandbox.break_it(&"no-filters".parse().unwrap()).unwrap();
    let (_, shown) = world.api(&token, "GET", "account?with=is_api_filter_enabled", None).await;
    assert_eq!(shown["is_api_filter_enabled"], false);
    assert_eq!(names(&world, &token, "leads?filter[name]=second").await.len(), 3, "without filters all are shown");
}

#[tokio::test]
async fn c4_cards_are_linked_from_both_sides_and_complex_leads_lose_nothing() {
    let world = World::new().await;
    let token = world.access().await;
    let phone = json!([{"field_code": "PHONE", "values": [{"value": "+79990001122"}]}]);
    let lead = json!({"name": "Sofa", "request_id": "r-1", "_embedded": {
        "contacts": [{"first_name": "Ann", "last_name": "Sample", "custom_fields_values": phone}],
        "companies": [{"name": "Acme"}], "tags": [{"name": "new"}]}});
    let (status, made) = world.api(&token, "POST", "leads/complex", Some(json!([lead]))).await;
    assert_eq!((status, &made[0]["request_id"], &made[0]["merged"]), (200, &json!(["r-1"]), &json!(false)), "{made}");
    let [id, contact, company] = ["id", "contact_id", "company_id"].map(|key| made[0][key].as_i64().unwrap());
    let (_, shown) = world.api(&token, "GET", &format!("leads/{id}?with=contacts"), None).await;
    let embedded = &shown["_embedded"];
    assert_eq!((&embedded["companies"][0]["id"], &embedded["tags"][0]["name"]), (&json!(company), &json!("new")));
    assert_eq!((&embedded["contacts"][0]["id"], &embedded["contacts"][0]["is_main"]), (&json!(contact), &json!(true)));
    assert_eq!(names(&world, &token, "contacts?query=79990001122").await, ["Ann Sample"]);
    let (_, shown) = world.api(&token, "GET", &format!("companies/{company}?with=leads,contacts"), None).await;
    assert_eq!(shown["_embedded"]["leads"][0]["id"], json!(id));
    assert_eq!(shown["_embedded"]["contacts"][0]["id"], json!(contact));

    let other = add(&world, &token, "contacts", json!({"name": "Ben"})).await;
    let link = json!([{"to_entity_id": other, "to_entity_type": "contacts", "metadata": {"is_main": true}}]);
    let (status, linked) = world.api(&token, "POST", &format!("leads/{id}/link"), Some(link.clone())).await;
    let row = &linked["_embedded"]["links"][0];
    assert_eq!((status, &row["entity_id"], &row["to_entity_type"]), (200, &json!(id), &json!("contacts")), "{linked}");
    let (_, links) = world.api(&token, "GET", &format!("leads/{id}/links?filter[to_entity_type]=contacts"), None).await;
    let main: Vec<_> = links["_embedded"]["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["to_entity_id"].as_i64().unwrap(), one["metadata"]["main_contact"].as_bool().unwrap()))
        .collect();
    assert_eq!(main, [(other, true), (contact, false)]);
    assert_eq!(world.api(&token, "POST", &format!("leads/{id}/unlink"), Some(link)).await.0, 204);
    let bulk = json!([{"entity_id": id, "to_entity_id": other, "to_entity_type": "contacts"}]);
    assert_eq!(world.api(&token, "POST", "leads/link", Some(bulk)).await.0, 200);
    let (_, links) = world.api(&token, "GET", &format!("leads/links?filter[entity_id][]={id}"), None).await;
    let all = links["_embedded"]["links"].as_array().unwrap();
    assert_eq!((all.len(), &all[0]["entity_id"], &all[0]["to_entity_id"]), (3, &json!(id), &json!(contact)), "{links}");
    let wrong = json!([{"to_entity_id": 5, "to_entity_type": "companies"}]);
    let (status, refused) = world.api(&token, "POST", &format!("leads/{id}/link"), Some(wrong)).await;
    assert_eq!((status, &refused["validation-errors"][0]["errors"][0]["path"]), (400, &json!("0.to_entity_id")));
}

#[tokio::test]
async fn c9_notes_are_of_every_documented_kind_and_tasks_belong_to_cards() {
    let world = World::new().await;
    let token = world.access().await;
    let lead = add(&world, &token, "leads", json!({"name": "Sofa"})).await;
    let call =
        json!({"uniq": "8f52", "duration": 148, "source": "phone", "link": "https://a.test/1.mp3", "phone": "+7999"});
    let notes = json!([
        {"entity_id": lead, "note_type": "call_in", "params": call},
        {"entity_id": lead, "note_type": "sms_out", "params": {"text": "On its way", "phone": "+7999"}},
    ]);
    let (status, made) = world.api(&token, "POST", "leads/notes", Some(notes)).await;
    assert_eq!((status, &made["_embedded"]["notes"][1]["entity_id"]), (200, &json!(lead)), "{made}");
    let id = made["_embedded"]["notes"][0]["id"].as_i64().unwrap();
    let listed = format!("leads/{lead}/notes?filter[note_type][]=call_in");
    let (_, list) = world.api(&token, "GET", &listed, None).await;
    assert_eq!(list["_embedded"]["notes"].as_array().unwrap().len(), 1);
    let (_, one) = world.api(&token, "GET", &format!("leads/{lead}/notes/{id}"), None).await;
    assert_eq!((&one["params"]["duration"], &one["note_type"]), (&json!(148), &json!("call_in")));
    let unknown = json!([{"entity_id": lead, "note_type": "shout", "params": {}}]);
    assert_eq!(world.api(&token, "POST", "leads/notes", Some(unknown)).await.0, 400);

    let till = world.now().timestamp() + 3600;
    let task =
        json!({"text": "Call", "complete_till": till, "entity_type": "leads", "entity_id": lead, "task_type_id": 1});
    let task = add(&world, &token, "tasks", task).await;
    let (_, shown) = world.api(&token, "GET", &format!("leads/{lead}"), None).await;
    assert_eq!(shown["closest_task_at"], json!(till));
    let open = "tasks?filter[is_completed]=0&filter[entity_type]=leads&filter[task_type][]=1";
    let (_, tasks) = world.api(&token, "GET", open, None).await;
    assert_eq!(tasks["_embedded"]["tasks"][0]["text"], "Call");
    let done = json!({"is_completed": true, "result": {"text": "Done"}});
    assert_eq!(world.api(&token, "PATCH", &format!("tasks/{task}"), Some(done)).await.0, 200);
    let (_, shown) = world.api(&token, "GET", &format!("tasks/{task}"), None).await;
    assert_eq!((&shown["is_completed"], &shown["result"]["text"]), (&json!(true), &json!("Done")));
    assert_eq!(world.api(&token, "GET", open, None).await.0, 204);
    let (_, events) = world.api(&token, "GET", "events?filter[type]=task_added,lead_added", None).await;
    assert_eq!(events["_embedded"]["events"].as_array().unwrap().len(), 2, "{events}");
}

/// An unsorted lead of a chat goes to a lead that is there.
#[tokio::test]
async fn an_incoming_lead_of_a_chat_is_linked_to_a_lead() {
    let world = World::connected().await;
    let token = world.access().await;
    let lead = add(&world, &token, "leads", json!({"name": "Old"})).await;
    world.message(crate::crm::caller::text("m-1", "Hello")).await;
    let one = world.sandbox.incoming_leads(HOST).remove(0);
    let link = json!({"link": {"entity_id": lead, "entity_type": "leads"}, "user_id": 0});
    let (status, shown) = world.api(&token, "POST", &format!("leads/unsorted/{}/link", one.uid), Some(link)).await;
    assert_eq!((status, &shown["_embedded"]["leads"][0]["id"]), (200, &json!(lead)), "{shown}");
    assert_eq!(world.sandbox.chats(HOST)[0].lead.as_ref().unwrap().id, lead);
    assert!(world.sandbox.incoming_leads(HOST).is_empty());
}
