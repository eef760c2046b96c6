//! The calls around a line: what it is, its webhook, its token, its history.

use super::*;

const HOOK: &str = "https://parom.example/hooks/facebook/1";

fn hook() -> HookTarget {
    HookTarget { url: HOOK.into(), secret: SecretString::from("s") }
}

fn with_app(mut settings: Settings) -> Settings {
    settings.public["facts"] = json!({ "bot": { "app_id": "1517" } });
    settings
}

#[tokio::test]
async fn settings_are_validated_and_secrets_are_sealed() {
    let (instagram, facebook) = fake::connectors(&fake::start([]).await.base, false);
    let setup = instagram.setup(json!({ "account_id": " 17841400000000001 ", "access_token": "IGAA" })).unwrap();
    assert_eq!(setup.public, json!({ "account_id": "17841400000000001" }));
    assert_eq!(setup.secrets["access_token"].expose_secret(), "IGAA");
    let kept =
        instagram.setup(json!({ "account_id": "17841400000000001", "access_token": "…1234", "facts": {} })).unwrap();
    assert!(kept.secrets.is_empty());
    for (wrong, pointer) in [
        (json!({ "page_id": "x1040" }), "/settings/page_id"),
        (json!({ "page_id": "104000000000001", "access_token": "a b" }), "/settings/access_token"),
        (json!({ "page_id": "104000000000001", "page": 1 }), "/settings/page"),
        (json!([]), "/settings"),
    ] {
        assert_eq!(facebook.setup(wrong).unwrap_err()[0].pointer, pointer);
    }
    let optional = |meta: &Meta| meta.fields().iter().filter(|field| !field.required).count();
    let (with_vendor, _) = fake::connectors(&fake::start([]).await.base, true);
    assert_eq!((optional(&instagram), optional(&with_vendor)), (0, 2), "the vendor's app replaces one's own");
}

#[tokio::test]
async fn an_account_is_checked_live() {
    let fake = fake::start([]).await;
    let (instagram, facebook) = fake::connectors(&fake.base, false);
    fake::reads(&fake, [json!({ "id": "26", "user_id": "1784140000000009", "username": "other" })]);
    let other = instagram.check_access(&settings("instagram")).await.unwrap_err();
    assert!(other.to_string().contains("1784140000000009"));
    for (meta, kind) in [(&instagram, "instagram"), (&facebook, "facebook")] {
        fake::reads(&fake, [json!({ "error": { "code": 190 } })]);
        let said = meta.check_access(&settings(kind)).await.unwrap_err();
        let expected = Denied::Access(LocalizedText::new("wizard-meta-refused"));
        assert_eq!(said, expected, "there is no source yet, nor its settings");
    }
    let refused = json!({ "error": { "code": 190, "message": "Invalid OAuth access token signature." } });
    fake::reads(&fake, [json!({ "id": "104000000000001" }), json!({ "id": "1517" }), refused]);
    let said = facebook.check_access(&settings("facebook")).await.unwrap_err();
    assert!(said.to_string().starts_with("The app secret and the token belong to different apps"), "{said}");
}

#[tokio::test]
async fn events_are_asked_for_watched_and_given_back() {
    let fake = fake::start([]).await;
    let (instagram, facebook) = fake::connectors(&fake.base, false);
    fake::reads(&fake, [json!({ "id": "1517" })]);
    facebook.connect_webhook(&settings("facebook"), &hook()).await.unwrap();
    let app = fake.calls().into_iter().find(|call| call.resource() == "1517/subscriptions").unwrap();
    assert_eq!(app.authorization.as_deref(), Some("Bearer 1517|app_secret"));
    assert_eq!(
        (&app.parameters["callback_url"], &app.parameters["verify_token"]),
        (&json!(HOOK), &json!("verify_token"))
    );

    let shown = |changed: fn(&mut Settings)| {
        let mut settings = settings("instagram");
        changed(&mut settings);
        instagram.webhook_to_enter(&settings, &hook()).map(|told| told.values[1].value.clone())
    };
    assert_eq!(shown(|_| {}).as_deref(), Some("verify_token"), "Instagram's dashboard has no call for it");
    assert_eq!(shown(|settings| drop(settings.secrets.remove("app_secret"))), None, "the vendor's app has its address");
    assert_eq!(shown(|settings| drop(settings.secrets.remove("verify_token"))).as_deref(), Some("s"), "ours");
    assert!(facebook.webhook_to_enter(&settings("facebook"), &hook()).is_none());

    let settings = with_app(settings("facebook"));
    let subscribed = |fields: Value| json!({ "data": [{ "id": "1517", "subscribed_fields": fields }] });
    let whole = || subscribed(json!(facebook.platform.subscribed));
    let callback = |url: &str| json!({ "data": [{ "object": "page", "callback_url": url, "active": true }] });
    for (answers, expected) in [
        (vec![json!({ "data": [] })], Watched::Unset),
        (vec![subscribed(json!(["messages"]))], Watched::Unset),
        (vec![whole(), callback(HOOK)], Watched::Fine),
        (vec![whole(), json!({ "data": [] })], Watched::Unset),
        (vec![whole(), callback("https://old.example/hooks/facebook/1")], Watched::Unset),
        (vec![whole(), callback("https://other.example/x")], Watched::Elsewhere { host: "other.example".into() }),
    ] {
        fake::reads(&fake, answers);
        assert_eq!(facebook.watch(&settings, &hook(), now()).await.unwrap(), expected);
    }
    let probe = Probe { id: Uuid::nil(), source_id: Uuid::nil(), now: now(), hook_url: HOOK.into(), is_new: true };
    fake::reads(&fake, [json!({ "id": "1517" }), callback("https://other.example/x")]);
    assert!(format!("{:?}", facebook.check_webhook(&settings, &probe).await).contains("other.example"));

    let before = fake.calls().len();
    fake::reads(&fake, [callback("https://other.example/x")]);
    facebook.remove_webhook(&settings, &hook()).await.unwrap();
    assert!(fake.calls()[before..].iter().all(|call| call.method == "GET"), "another service's callback is left alone");
}

/// Meta lets an account subscribe the fields of its own kind alone.
#[tokio::test]
async fn a_platform_that_refuses_the_fields_of_the_other_gets_only_its_own() {
    let strange = "(#100) Param subscribed_fields[3] must be one of {comments, live_comments, messages}";
    let fake = fake::start([fake::refused(100, 0, strange)]).await;
    let (instagram, _) = fake::connectors(&fake.base, false);
    instagram.connect_webhook(&settings("instagram"), &hook()).await.unwrap();
    let calls = fake.calls();
    assert_eq!(query(calls[1].query())[0].1, instagram.platform.subscribed.join(","));
    assert!(calls.len() == 2 && instagram.platform.subscribed.contains(&"messaging_seen"));
    // Whatever was subscribed is enough.
    for fields in [json!(crate::meta::setup::ALL_FIELDS), json!(instagram.platform.subscribed), Value::Null] {
        fake::reads(&fake, [json!({ "data": [{ "id": "1", "subscribed_fields": fields }] })]);
        assert_eq!(instagram.watch(&settings("instagram"), &hook(), now()).await.unwrap(), Watched::Fine);
    }
}

/// An answer without a list is no subscription, except of a server that the operator trusts.
#[tokio::test]
async fn n1_an_answer_without_data_is_no_subscription() {
    let fake = fake::start([]).await;
    let (mut instagram, _) = fake::connectors(&fake.base, false);
    for (trusts_settings, seen) in [(false, Watched::Unset), (true, Watched::Fine)] {
        instagram.trusts_settings = trusts_settings;
        fake::reads(&fake, [json!({ "success": true })]);
        assert_eq!(instagram.watch(&settings("instagram"), &hook(), now()).await.unwrap(), seen);
    }
}

fn query(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn a_token_is_renewed_in_time() {
    let fake = fake::start([]).await;
    let (instagram, facebook) = fake::connectors(&fake.base, false);
    fake::reads(&fake, [json!({ "access_token": "IGAAnew", "token_type": "bearer", "expires_in": 60 * 86_400 })]);
    let new = instagram.renew(&settings("instagram"), now()).await.unwrap().unwrap();
    assert_eq!(fake.call().path, "/refresh_access_token?grant_type=ig_refresh_token&access_token=access_token");
    let mut settings = settings("instagram");
    settings.public["facts"] = json!({ "token": new.facts["token"] });
    settings.secrets.extend(new.secrets);
    for (days, asks) in [(0, 0), (29, 0), (31, 1)] {
        let before = fake.calls().len();
        let young = json!({ "error": { "code": 10, "message": "too young" } });
        fake::reads(&fake, [young].into_iter().take(asks));
        assert!(instagram.renew(&settings, now() + TimeDelta::days(days)).await.unwrap().is_none());
        assert_eq!(fake.calls().len() - before, asks, "after {days} days");
    }
    fake::reads(&fake, [json!({ "error": { "code": 190, "error_subcode": 463, "message": "Session has expired" } })]);
    settings.public["facts"] = json!({});
    assert!(matches!(instagram.renew(&settings, now()).await, Err(Denied::Access(_))));
    let page = facebook.renew(&super::settings("facebook"), now()).await.unwrap();
    assert!(page.is_none(), "a page's token does not end");
}

#[tokio::test]
async fn earlier_messages_come_page_by_page() {
    let fake = fake::start([]).await;
    let (instagram, _) = fake::connectors(&fake.base, false);
    let said = |id: &str, from: &str, to: &str, time: &str| json!({ "id": id, "created_time": time, "from": { "id": from, "username": "anna_k" }, "to": { "data": [{ "id": to, "username": "anna_k" }] }, "message": id });
    let (us, old, new) = ("17841400000000001", "2026-10-01T10:00:00+0000", "2026-11-20T09:00:00+0000");
    let mut photo = said("m3", ANNA, us, new);
    photo["attachments"] = json!({ "data": [{ "image_data": { "url": "https://cdn.example/1" } }] });
    let messages = json!({ "data": [photo, said("m2", us, ANNA, new), said("m1", ANNA, us, old)] });
    let one = json!({ "id": "t_1", "updated_time": new, "messages": messages });
    fake::reads(
        &fake,
        [json!({ "data": [one], "paging": { "cursors": { "after": "next-1" }, "next": "https://graph.example" } })],
    );
    let since = now() - TimeDelta::days(30);
    let page = instagram.history(&settings("instagram"), since, None, Words::new(Language::En)).await.unwrap();
    let ids: Vec<&str> = page.messages.iter().map(|one| one.external_id.as_str()).collect();
    assert_eq!((ids, page.next.as_deref()), (vec!["m2", "m3"], Some("next-1")));
    assert_eq!((page.messages[0].body.sender.role, page.messages[0].conversation_id.as_str()), (Role::Manager, ANNA));
    let media = page.messages[1].body.content.media().unwrap();
    assert_eq!((media.reference.as_deref(), media.text.as_deref()), (Some("link:https://cdn.example/1"), Some("m3")));
    fake::reads(
        &fake,
        [
            json!({ "data": [{ "id": "t_2", "updated_time": old }], "paging": { "cursors": { "after": "x" }, "next": "y" } }),
        ],
    );
    let last =
        instagram.history(&settings("instagram"), since, Some("next-1"), Words::new(Language::En)).await.unwrap();
    assert_eq!((last.messages.len(), last.next), (0, None));
    assert!(fake.calls()[1].query().contains("after=next-1"));
}

#[tokio::test]
async fn the_vendors_secret_is_enough_for_calls_and_its_token_for_the_handshake() {
    let connector = |text: &str| {
        let config = base::config::Config::from_toml(&format!("[instagram]\n{text}")).unwrap();
        crate::instagram::connector(&crate::fake::http(), &config)
    };
    assert!(["", "app_id = \"1\""].iter().all(|text| connector(text).vendor_app().is_none()));
    let asked = |name: &str| Some(if name == "hub.mode" { "subscribe".to_owned() } else { "v".to_owned() });
    let mut mac = Hmac::<Sha256>::new_from_slice(b"s").unwrap();
    mac.update(b"{}");
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let call = IncomingCall { header: &|_| Some(signature.clone()), path_secret: "", body: b"{}" };
    for (text, answered, let_in) in [
        ("app_secret = \"s\"", None, true),
        ("verify_token = \"v\"", Some("v"), false),
        ("app_secret = \"s\"\nverify_token = \"v\"", Some("v"), true),
    ] {
        let connector = connector(text);
        let vendor = connector.vendor_app().unwrap();
        assert_eq!((vendor.handshake(&asked).as_deref(), vendor.authenticate(&call)), (answered, let_in), "{text}");
    }
}

#[tokio::test]
async fn files_are_fetched_from_addresses_that_may_be_called() {
    let fake = fake::start([]).await;
    let (instagram, _) = fake::connectors(&fake.base, false);
    let settings = settings("instagram");
    assert!(instagram.open_media(&settings, &format!("link:{}file", fake.base)).await.is_ok());
    for wrong in ["link:http://192.168.0.1/x", "link:file:///etc/passwd", "link:x", "other:1"] {
        assert!(matches!(instagram.open_media(&settings, wrong).await, Err(NotOpened::Never(_))), "{wrong}");
    }
    fake::reads(&fake, [json!({ "profile_pic": format!("{}face", fake.base) })]);
    assert!(instagram.open_media(&settings, "face:66:1").await.is_ok());
    fake::reads(&fake, [json!({ "id": "66" })]);
    assert!(matches!(instagram.open_media(&settings, "face:66:1").await, Err(NotOpened::Never("no_face"))));
}

/// What Meta answers to tokens that are no account's, and what a gateway or a server in Meta's place may answer.
fn no_account() -> [Value; 5] {
    [
        json!({ "error": { "code": 2500, "message": "An active access token must be used to query information" } }),
        json!({ "error": { "code": 100, "message": "Unsupported get request." } }),
        json!({ "error": { "code": 803, "error_subcode": 33, "message": "Some of the aliases do not exist" } }),
        json!({ "id": "me", "name": "Anyone" }),
        json!({ "success": true }),
    ]
}

/// N1: the settings prove nothing, nor does an answer about the account in them.
#[tokio::test]
async fn n1_only_metas_own_word_about_the_token_proves_an_account() {
    let fake = fake::start([]).await;
    let (instagram, facebook) = fake::connectors(&fake.base, false);
    for (meta, kind) in [(&instagram, "instagram"), (&facebook, "facebook")] {
        for me in no_account() {
            let id = settings(kind).public[meta.platform.account].clone();
            let before = fake.calls().len();
            fake::reads(&fake, [me.clone(), json!({ "id": id, "user_id": id, "username": "acme" })]);
            let refused = meta.identity(&settings(kind)).await.unwrap_err();
            assert_eq!(refused, Denied::Foreign(LocalizedText::new("said-meta-no-account")), "{kind} {me}");
            let asked: Vec<String> = fake.calls()[before..].iter().map(|call| call.resource().to_owned()).collect();
            assert_eq!(asked, ["me"], "nobody else is asked");
            // The other answer is still to be used up.
            assert!(meta.graph.get(&"t".into(), "used", &[]).await.is_ok());
        }
    }
}

/// A server in Meta's place that the operator trusts need not know accounts; an account that it does report counts.
#[tokio::test]
async fn settings_are_believed_where_the_operator_trusts_them() {
    let fake = fake::start([]).await;
    let (mut instagram, mut facebook) = fake::connectors(&fake.base, false);
    (instagram.trusts_settings, facebook.trusts_settings) = (true, true);
    for me in no_account() {
        fake::reads(&fake, [me.clone()]);
        assert_eq!(instagram.identity(&settings("instagram")).await.unwrap().unwrap().key, "17841400000000001", "{me}");
    }
    fake::reads(&fake, [json!({ "id": "1784140000000009" })]);
    assert!(matches!(instagram.identity(&settings("instagram")).await, Err(Denied::Foreign(_))), "it names another");
    let unknown = || json!({ "error": { "code": 100, "message": "Unsupported get request." } });
    for app in [json!({ "id": "app" }), unknown(), json!({ "error": { "code": 190, "message": "no" } })] {
        fake::reads(&fake, [json!({ "id": "104000000000001", "name": "Acme" }), app.clone()]);
        assert!(facebook.check_access(&settings("facebook")).await.is_ok(), "{app}");
    }
}
