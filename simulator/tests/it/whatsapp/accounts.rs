//! Numbers and accounts: fields, health, and what Meta reports about them.

use serde_json::{Value, json};

use super::world::{PHONE, WABA, World};

#[tokio::test]
async fn fields_of_a_number_and_of_an_account() {
    let world = World::start().await;
    let fields = "display_phone_number,verified_name,quality_rating,messaging_limit_tier,\
                  whatsapp_business_manager_messaging_limit,status,code_verification_status,name_status,platform_type,\
                  throughput,health_status{can_send_message}";
    let phone = world.get(&format!("{PHONE}?fields={fields}")).await;
    assert_eq!((&phone["display_phone_number"], &phone["verified_name"]), (&json!("+77010009900"), &json!("Acme")));
    assert_eq!((&phone["status"], &phone["platform_type"]), (&json!("CONNECTED"), &json!("CLOUD_API")));
    assert_eq!((&phone["quality_rating"], &phone["messaging_limit_tier"]), (&json!("GREEN"), &json!("TIER_250")));
    assert_eq!((&phone["code_verification_status"], &phone["name_status"]), (&json!("VERIFIED"), &json!("APPROVED")));
    assert_eq!(phone["health_status"]["can_send_message"], "AVAILABLE");
    assert_eq!(phone.as_object().unwrap().len(), 12, "what was asked for, and the id");
    let unknown = world.refused("GET", &format!("{PHONE}?fields=colour"), Value::Null).await;
    let words = "(#100) Tried accessing nonexisting field (colour) on node type (WhatsAppBusinessPhoneNumber)";
    assert_eq!(unknown.1["message"], words);
    let numbers = world.get(&format!("{WABA}/phone_numbers")).await;
    assert_eq!((numbers["data"].as_array().unwrap().len(), &numbers["data"][0]["id"]), (1, &json!(PHONE)));
    assert_eq!(world.get(WABA).await["name"], "Acme");
    world
        .ok(
            "POST",
            &format!("{PHONE}/whatsapp_business_profile"),
            json!({"messaging_product": "whatsapp", "about": "Sofas"}),
        )
        .await;
    let profile = world.get(&format!("{PHONE}/whatsapp_business_profile?fields=about")).await;
    assert_eq!(profile["data"][0]["about"], "Sofas");
}

#[tokio::test]
async fn restrictions_of_an_account_are_reported_and_stop_sends() {
    let (world, receiver) = World::open().await;
    let text = || json!({"body": "Hi"});
    world.whatsapp.restrict(WABA, "RESTRICTED_BIZ_INITIATED_MESSAGING", 1_795_773_600);
    assert_eq!(world.not_sent("text", text()).await.0, 131_031);
    world.whatsapp.ban(WABA);
    assert_eq!(world.not_sent("text", text()).await.0, 368);
    assert_eq!(
        world.get(&format!("{PHONE}?fields=health_status")).await["health_status"]["can_send_message"],
        "BLOCKED"
    );
    world.whatsapp.reinstate(WABA);
    world.whatsapp.set_maintenance(PHONE, true);
    assert_eq!(world.not_sent("text", text()).await.0, 131_057);
    world.whatsapp.set_maintenance(PHONE, false);
    world.whatsapp.review_name(PHONE, "Best Acme", Some("NAME_VIOLATES_POLICY"));
    assert_eq!(world.not_sent("text", text()).await.0, 131_037);
    world.whatsapp.review_name(PHONE, "Acme Chats", None);
    world.whatsapp.set_phone_status(PHONE, "BANNED");
    assert_eq!(world.not_sent("text", text()).await.0, 131_031);
    world.whatsapp.set_phone_status(PHONE, "CONNECTED");
    world.send("text", text()).await;
    world.whatsapp.set_capability(WABA, 2_000, 20);
    world.whatsapp.deliver_all().await;
    let fields: Vec<Value> =
        receiver.bodies().into_iter().map(|body| body["entry"][0]["changes"][0]["field"].clone()).collect();
    let told: Vec<&str> = fields.iter().filter_map(Value::as_str).filter(|field| *field != "messages").collect();
    assert_eq!(
        told,
        [
            "account_update",
            "account_update",
            "account_update",
            "phone_number_name_update",
            "phone_number_name_update",
            "business_capability_update"
        ]
    );
    assert_eq!(world.get(&format!("{PHONE}?fields=verified_name")).await["verified_name"], "Acme Chats");
}

#[tokio::test]
async fn an_owner_takes_the_access_away() {
    let (world, receiver) = World::open().await;
    world.whatsapp.offboard(&world.app.id, WABA);
    world.maria().writes("Hello?").unwrap();
    world.whatsapp.deliver_all().await;
    let last = receiver.bodies().pop().unwrap();
    assert_eq!(last["entry"][0]["changes"][0]["value"]["event"], "PARTNER_REMOVED", "the last that was heard");
    let (status, error) = world.refused("GET", PHONE, Value::Null).await;
    assert_eq!((status, &error["code"], &error["error_subcode"]), (400, &json!(100), &json!(33)));
    assert_eq!(error["type"], "GraphMethodException");
    assert_eq!(world.not_sent("text", json!({"body": "Hi"})).await.0, 100);
}

#[tokio::test]
async fn tokens_are_checked() {
    let (world, _receiver) = World::open().await;
    let code = async |token: Option<&str>| {
        let mut call = world.http.get(world.url(PHONE));
        if let Some(token) = token {
            call = call.bearer_auth(token);
        }
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        let error = answer.json::<Value>().await.unwrap()["error"].clone();
        (status, error["code"].as_i64(), error["error_subcode"].as_i64())
    };
    assert_eq!(code(None).await, (401, Some(104), None));
    assert_eq!(code(Some("EAAGnobody")).await, (401, Some(190), None));
    assert_eq!(code(Some(&world.token)).await, (200, None, None));
    world.whatsapp.expire_token(&world.token, 1);
    world.advance(86_400);
    assert_eq!(code(Some(&world.token)).await, (401, Some(190), Some(463)));
    world.whatsapp.revoke_token(&world.token);
    assert_eq!(code(Some(&world.token)).await, (401, Some(190), Some(467)));
    let other = world.whatsapp.add_token(&world.app.id, &[]);
    assert_eq!(code(Some(&other)).await, (400, Some(100), Some(33)));
}

#[tokio::test]
async fn permissions_and_proofs_are_wanted() {
    let (world, _receiver) = World::open().await;
    world.whatsapp.withdraw(&world.token, "whatsapp_business_messaging");
    let (status, error) = {
        let message = super::world::to_maria("text", json!({"body": "Hi"}));
        world.refused("POST", &format!("{PHONE}/messages"), message).await
    };
    assert_eq!((status, &error["code"]), (403, &json!(200)));
    let strict = simulator::whatsapp::NewApp { wants_proof: true, ..simulator::whatsapp::NewApp::default() };
    let strict = world.whatsapp.add_app(strict);
    let token = world.whatsapp.add_token(&strict.id, &[WABA]);
    let proof = simulator::whatsapp::sign(&strict.secret, token.as_bytes());
    for (query, status) in
        [(String::new(), 400), ("?appsecret_proof=00".to_owned(), 400), (format!("?appsecret_proof={proof}"), 200)]
    {
        let call = world.http.get(world.url(&format!("{PHONE}{query}"))).bearer_auth(&token);
        assert_eq!(call.send().await.unwrap().status(), status, "{query}");
    }
}
