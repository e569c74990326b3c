// Keeps the shell of the control page for a phone without network. It governs this page only, and never keeps the list.
const SHELL = "kontrolle-1";
const PAGE = "{% url 'mobility:control' %}";
const PARTS = ["{% static 'ui/kern.min.css' %}", "{% static 'ui/stadtkern.css' %}", "{{ look_url }}", "{% static 'mobility/control.css' %}", "{% static 'mobility/control.js' %}", "{% static 'mobility/control.svg' %}"];
const FIRST = PARTS; // kept from the start
{% include "ui/installed.js" %}
