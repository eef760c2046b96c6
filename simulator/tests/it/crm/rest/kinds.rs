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

/// What the 35 examples of amoCRM's own SDK for PHP (1.16) ask for, with the ids of this account: each call, its status, and
/// what its answer has at a place.
#[tokio::test]
async fn every_method_of_the_sdks_examples_is_there() {
    let world = World::new().await;
    let token = world.access().await;
    let contact = add(&world, &token, "contacts", json!({"name": "Example"})).await;
    let lead = add(&world, &token, "leads", json!({"name": "Example"})).await;
    let company = add(&world, &token, "companies", json!({"name": "Example"})).await;
    let customer = add(&world, &token, "customers", json!({"name": "Example"})).await;
    let (_, catalogs) = world.api(&token, "GET", "catalogs?filter[type]=invoices", None).await;
    let invoices = catalogs["_embedded"]["catalogs"][0]["id"].as_i64().unwrap();
    let catalog = add(&world, &token, "catalogs", json!({"name": "Shoes", "can_link_multiple": true})).await;
    let elements = format!("catalogs/{catalog}/elements");
    let shoe = add(&world, &token, &elements, json!({"name": "Кроссовки"})).await;
    let pipeline = world.sandbox.accounts()[0].pipelines[0].id;
    let loss = add(&world, &token, "leads/loss_reasons", json!({"name": "Price", "sort": 3})).await;
    let role = add(&world, &token, "roles", json!({"name": "New", "rights": {"mail_access": false}})).await;
    let segment = add(&world, &token, "customers/segments", json!({"name": "New", "color": "ff5376"})).await;
    let step =
        add(&world, &token, &format!("leads/pipelines/{pipeline}/statuses"), json!({"name": "New", "sort": 200})).await;
    let steps = json!({"statuses": [{"name": "One", "color": "#fffd7f"}, {"name": "Two", "color": "#ccc8f9"}]});
    let line = add(&world, &token, "leads/pipelines", json!({"name": "New", "sort": 5, "_embedded": steps})).await;
    let paid = json!([{"field_code": "BILL_STATUS", "values": [{"enum_code": "paid"}]}]);
    let listed =
        json!([{"value": "First", "sort": 1, "code": "first"}, {"value": "Second", "sort": 2, "code": "second"}]);
    let field =
        add(&world, &token, "customers/custom_fields", json!({"name": "Kind", "type": "select", "enums": listed}))
            .await;
    let second = json!([{"field_id": field, "values": [{"enum_code": "second"}]}]);
    let (_, group) =
        world.api(&token, "POST", "leads/custom_fields/groups", Some(json!([{"name": "G", "sort": 15}]))).await;
    let group = group["_embedded"]["custom_field_groups"][0]["id"].as_str().unwrap().to_owned();
    let bought = json!([{"comment": "T", "price": 123, "_embedded": {}}]);
    let (_, sale) = world.api(&token, "POST", &format!("customers/{customer}/transactions"), Some(bought)).await;
    let sale = sale["_embedded"]["transactions"][0]["id"].as_i64().unwrap();
    let quantity = json!([{"to_entity_id": shoe, "to_entity_type": "catalog_elements",
        "metadata": {"quantity": 10, "catalog_id": catalog}}]);
    let form = json!([{"source_name": "Site", "source_uid": "u-1", "metadata": {"form_id": "f", "form_name": "F",
        "form_page": "https://a.test/", "form_sent_at": 1, "ip": "10.0.0.1", "referer": ""},
        "_embedded": {"leads": [{"name": "Wanted", "price": 5}], "contacts": [{"name": "Web"}]}}]);
    let call = json!([{"phone": "+7999", "direction": "inbound", "duration": 148, "source": "s", "uniq": "u"}]);
    let button = json!({"pipeline_id": pipeline, "trusted_websites": ["a.test"]});
    let (status, made) = world.api(&token, "POST", "website_buttons", Some(button)).await;
    assert_eq!(status, 202, "{made}");
    let button = &made["source_id"];
    let user = json!([{"name": "Ivan", "email": "i@acme.test", "password": "Pa55word!", "rights": {"role_id": role}}]);
    let short = json!([{"url": "https://a.test/", "metadata": {"entity_id": contact, "entity_type": "contacts"}}]);
    for (method, path, body, status, place, wanted) in [
        ("GET", format!("leads/{lead}"), json!(null), 200, "/name", json!("Example")),
        (
            "PATCH",
            "contacts".to_owned(),
            json!([{"id": contact, "name": "Other"}]),
            200,
            "/_embedded/contacts/0/name",
            json!("Other"),
        ),
        (
            "POST",
            format!("companies/{company}/link"),
            quantity.clone(),
            200,
            "/_embedded/links/0/metadata/quantity",
            json!(10),
        ),
        (
            "GET",
            format!("companies/{company}?with=catalog_elements"),
            json!(null),
            200,
            "/_embedded/catalog_elements/0/quantity",
            json!(10),
        ),
        (
            "POST",
            format!("customers/{customer}/link"),
            json!([{"to_entity_id": contact, "to_entity_type": "contacts"}]),
            200,
            "/_embedded/links/0/to_entity_id",
            json!(contact),
        ),
        (
            "GET",
            format!("contacts/{contact}?with=customers"),
            json!(null),
            200,
            "/_embedded/customers/0/id",
            json!(customer),
        ),
        (
            "GET",
            format!("{elements}?query=кросс"),
            json!(null),
            200,
            "/_embedded/elements/0/catalog_id",
            json!(catalog),
        ),
        ("PATCH", format!("catalogs/{catalog}"), json!({"sort": 100}), 200, "/sort", json!(100)),
        (
            "POST",
            format!("catalogs/{invoices}/elements"),
            json!([{"name": "Bill", "custom_fields_values": paid}]),
            200,
            "/_embedded/elements/0/custom_fields_values/0/values/0/enum_code",
            json!("paid"),
        ),
        (
            "GET",
            format!("catalogs/{invoices}/custom_fields"),
            json!(null),
            200,
            "/_embedded/custom_fields/0/code",
            json!("BILL_STATUS"),
        ),
        (
            "PATCH",
            format!("customers/{customer}"),
            json!({"custom_fields_values": second, "_embedded": {"segments": [{"id": segment}]}}),
            200,
            "/id",
            json!(customer),
        ),
        (
            "GET",
            format!("customers/{customer}?with=segments"),
            json!(null),
            200,
            "/_embedded/segments/0/id",
            json!(segment),
        ),
        (
            "GET",
            format!("customers/{customer}"),
            json!(null),
            200,
            "/custom_fields_values/0/values/0/value",
            json!("Second"),
        ),
        (
            "PATCH",
            "customers/mode".to_owned(),
            json!({"mode": "segments", "is_enabled": true}),
            200,
            "/mode",
            json!("segments"),
        ),
        ("POST", format!("customers/{customer}/bonus_points"), json!({"earn": 20}), 200, "/bonus_points", json!(20)),
        (
            "GET",
            format!("customers/{customer}/transactions"),
            json!(null),
            200,
            "/_embedded/transactions/0/customer_id",
            json!(customer),
        ),
        ("DELETE", format!("customers/{customer}/transactions/{sale}"), json!(null), 204, "", json!("")),
        ("PATCH", format!("leads/loss_reasons/{loss}"), json!({"name": "Late"}), 200, "/name", json!("Late")),
        ("DELETE", format!("leads/loss_reasons/{loss}"), json!(null), 204, "", json!("")),
        ("PATCH", format!("roles/{role}"), json!({"name": "R"}), 200, "/name", json!("R")),
        ("POST", "users".to_owned(), user, 200, "/_embedded/users/0/rights/role_id", json!(role)),
        ("GET", "roles?with=users".to_owned(), json!(null), 200, "/_embedded/roles/0/name", json!("R")),
        ("GET", format!("leads/pipelines/{line}"), json!(null), 200, "/_embedded/statuses/1/name", json!("One")),
        (
            "PATCH",
            format!("leads/pipelines/{line}"),
            json!({"name": "Line", "is_main": true}),
            200,
            "/is_main",
            json!(true),
        ),
        ("GET", format!("leads/pipelines/{pipeline}"), json!(null), 200, "/is_main", json!(false)),
        ("DELETE", format!("leads/pipelines/{line}"), json!(null), 400, "/detail", json!("it can't be deleted")),
        (
            "PATCH",
            format!("leads/pipelines/{pipeline}/statuses/{step}"),
            json!({"name": "Step"}),
            200,
            "/pipeline_id",
            json!(pipeline),
        ),
        ("DELETE", format!("leads/pipelines/{pipeline}/statuses/{step}"), json!(null), 204, "", json!("")),
        ("DELETE", format!("leads/custom_fields/groups/{group}"), json!(null), 204, "", json!("")),
        ("GET", format!("customers/custom_fields/{field}"), json!(null), 200, "/enums/1/code", json!("second")),
        ("DELETE", format!("customers/custom_fields/{field}"), json!(null), 204, "", json!("")),
        (
            "POST",
            "leads/tags".to_owned(),
            json!([{"name": "tag", "color": "D6EAFF"}]),
            200,
            "/_embedded/tags/0/color",
            json!("D6EAFF"),
        ),
        ("GET", "leads/tags?query=ta".to_owned(), json!(null), 200, "/_embedded/tags/0/name", json!("tag")),
        (
            "PUT",
            format!("leads/{lead}/files"),
            json!([{"file_uuid": "u-1"}]),
            202,
            "/_embedded/files/0/file_uuid",
            json!("u-1"),
        ),
        ("GET", format!("leads/{lead}/files"), json!(null), 200, "/_embedded/files/0/file_uuid", json!("u-1")),
        ("DELETE", format!("leads/{lead}/files"), json!([{"file_uuid": "u-1"}]), 204, "", json!("")),
        (
            "GET",
            format!("leads/{lead}/subscriptions?limit=3"),
            json!(null),
            200,
            "/_embedded/subscriptions/0/type",
            json!("user"),
        ),
        ("POST", "calls".to_owned(), call, 400, "/errors/0/status", json!(263)),
        ("POST", "short_links".to_owned(), short, 200, "/_embedded/short_links/0/entity_id", json!(contact)),
        ("POST", format!("website_buttons/{button}/online_chat"), json!(null), 202, "", json!({})),
        (
            "PATCH",
            format!("website_buttons/{button}"),
            json!({"trusted_websites": {"add": ["b.test"]}}),
            200,
            "/trusted_websites/1",
            json!("b.test"),
        ),
        (
            "GET",
            "website_buttons?limit=10".to_owned(),
            json!(null),
            200,
            "/_embedded/website_buttons/0/source_id",
            button.clone(),
        ),
        (
            "GET",
            format!("website_buttons/{button}?with=scripts"),
            json!(null),
            200,
            "/creation_status",
            json!("created"),
        ),
        ("GET", "currencies?limit=2&page=2".to_owned(), json!(null), 200, "/_embedded/currencies/0/code", json!("EUR")),
        ("POST", "leads/unsorted/forms".to_owned(), form, 200, "/_embedded/unsorted/0/category", json!("forms")),
        (
            "GET",
            "leads/unsorted?filter[category][]=forms&filter[category][]=sip".to_owned(),
            json!(null),
            200,
            "/_embedded/unsorted/0/metadata/form_id",
            json!("f"),
        ),
        ("GET", "leads/unsorted/summary".to_owned(), json!(null), 200, "/categories/forms/total", json!(1)),
    ] {
        let given = (!body.is_null()).then_some(body);
        let (seen, answer) = world.api(&token, method, &path, given).await;
        assert_eq!(seen, status, "{method} {path}: {answer}");
        assert_eq!(answer.pointer(place), Some(&wanted), "{method} {path}: {answer}");
    }
    let (_, list) = world.api(&token, "GET", "leads/unsorted", None).await;
    let uid = list["_embedded"]["unsorted"][0]["uid"].as_str().unwrap();
    let (status, gone) = world.api(&token, "DELETE", &format!("leads/unsorted/{uid}/decline"), Some(json!({}))).await;
    assert_eq!((status, &gone["category"]), (200, &json!("forms")));
    assert_eq!(world.api(&token, "GET", "leads/unsorted", None).await.0, 204);
    let (_, summary) = world.api(&token, "GET", "leads/unsorted/summary", None).await;
    assert_eq!(summary["declined"], 1);
    // On behalf of another user.
    let maria = world.sandbox.users(HOST)[1].id;
    let url = format!("{}/accounts/{HOST}/api/v4/account", world.sandbox.url());
    let asked = world.client.get(url).bearer_auth(&token).header("X-Context-User-ID", maria);
    assert_eq!(crate::crm::caller::read(asked).await.1["current_user_id"], json!(maria));
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
