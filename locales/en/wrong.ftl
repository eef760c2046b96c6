### What is wrong with an account, at the top of its page in the admin

admin-wrong = Problems
admin-wrong-nothing = No problems
admin-wrong-what = What
admin-wrong-whom = Whom it concerns
admin-wrong-do = What to do
admin-do-channels = See the channels
admin-do-queues = Open the queues
admin-do-limits = See the limits
admin-do-plan = Change the plan
