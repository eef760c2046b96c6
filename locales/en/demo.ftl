## The page of `parom demo` with the simulated messengers

demo-title = Messengers to connect
demo-about = Each of them runs on this machine and behaves like the real messenger. Nothing on this page is secret.
demo-step-wizard = Open the integration’s settings, press “Add source” and choose a messenger.
demo-step-link = Marketplace
demo-step-copy = From this page, copy what the wizard asks for. Leave everything else as it is.
demo-step-write = Write from the customer’s phone and answer in the manager’s window.
demo-manager = Manager’s window
demo-phone = Customer’s phone
demo-phone-connected = Customer of the connected bot
demo-break = Break something
demo-nothing-leaves = Nothing leaves this machine.
demo-other-title = See a takeover
demo-other-about = The business “Garden yard” has a VK community and an Avito account at another service, which writes into the same amoCRM. Put Parom beside it, and compare.
demo-other-step-add = Add a source, VK or Avito, with the values below. In its third step, tick “Beside another service first”.
demo-other-step-talk = Let customers write and managers answer in the other service’s chats: by the button, or yourself from a customer’s phone and in the manager’s window.
demo-other-talk = Customers write and are answered
demo-other-talked = A customer of each line wrote, and the other service answered.
demo-other-taken = A customer of each line wrote. The other service got nothing on a line that it no longer has; answer there in Parom’s chat, in the manager’s window.
demo-other-step-compare = Go back to the source’s page “Beside another service”, load it again and choose today: Parom and amoCRM have the same messages.
demo-other-step-switch = Open the source’s page “Takeover” and press “Switch now”. Customers who write now are answered in Parom’s chats; “Give the line back” undoes it.
