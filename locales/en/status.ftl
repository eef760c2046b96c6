### The public status page

status-title = { $name }: service status
status-all-ok = All systems operational.
status-all-untried = No problem is known. Some parts have had no traffic yet.
status-all-degraded = Some parts are slow or fail for some accounts.
status-all-down = Some parts are down.
status-is-ok = Operational
status-is-untried = No traffic yet
status-is-degraded = Slow or failing for some accounts
status-is-down = Down
status-is-unknown = No data
status-days = { $days } days: { $good } without problems, { $bad } with problems, { $unknown } without data
status-from = 90 days ago
status-today = Today
status-since = since { $time } UTC
status-receiving = Receiving messages
status-crm = Delivery to { $crm }
status-messenger = Delivery: { $name }
status-panel = Panel
status-checked = Checked at { $time } UTC. Messages that cannot be delivered now wait and are delivered later.
