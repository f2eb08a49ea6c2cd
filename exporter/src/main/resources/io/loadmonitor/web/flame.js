// Zoom and search in the flame graphs of a page. The boxes are there without it; this only moves and marks them, so it
// makes no markup from text: names of tasks stay text.
(() => {
  'use strict';

  const PADDING = 8;

  startAll(document);
  // A page that refreshes itself has shown another one.
  document.addEventListener('load-monitor:shown', event => startAll(event.target));

  function startAll(within) {
    for (const root of within.querySelectorAll('.flame')) {
      start(root);
    }
  }

  function start(root) {
    const graph = root.querySelector('.flame-graph');
    const tools = root.querySelector('.flame-tools');
    const search = root.querySelector('.flame-search');
    const reset = root.querySelector('.flame-reset');
    const found = root.querySelector('.flame-found');
    const details = root.querySelector('.flame-details');
    const isDiff = root.dataset.diff === 'true';
    const frames = [...graph.querySelectorAll('.frame')].map(read);
    const all = frames[0];
    let zoomed = all;
    let current = all;

    link(frames);
    tools.hidden = false;
    root.querySelector('.flame-help').hidden = false;
    all.box.setAttribute('tabindex', '0');
    frames.slice(1).forEach(frame => frame.box.setAttribute('tabindex', '-1'));
    const letter = all.text.getComputedTextLength() / Math.max(1, all.label.length) || 7;

    graph.addEventListener('click', event => {
      const frame = frameOf(event.target);
      if (frame) {
        goTo(frame);
        zoom(frame);
      }
    });
    graph.addEventListener('mouseover', event => describe(frameOf(event.target) || current));
    graph.addEventListener('mouseleave', () => describe(current));
    graph.addEventListener('focusin', event => {
      const frame = frameOf(event.target);
      if (frame) {
        select(frame);
        describe(frame);
      }
    });
    graph.addEventListener('keydown', event => {
      if (event.ctrlKey || event.altKey || event.metaKey) {
        return;
      }
      const action = keys[event.key];
      if (action) {
        event.preventDefault();
        action();
      }
    });
    search.addEventListener('input', find);
    search.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.preventDefault();
        search.value = '';
        find();
      }
    });
    reset.addEventListener('click', () => {
      search.value = '';
      find();
      zoom(all);
    });
    new ResizeObserver(label).observe(graph);
    describe(all);

    const keys = {
      Enter: () => zoom(current),
      ' ': () => zoom(current),
      Escape: () => zoom(all),
      Home: () => goTo(zoomed),
      ArrowUp: () => goTo(current.caller),
      ArrowDown: () => goTo(current.callees.find(isShown)),
      ArrowLeft: () => goTo(neighbour(-1)),
      ArrowRight: () => goTo(neighbour(1)),
      '/': () => search.focus(),
    };

    function frameOf(element) {
      const box = element.closest('.frame');
      return box ? frames[Number(box.dataset.index)] : undefined;
    }

    function isShown(frame) {
      return !frame.box.classList.contains('away');
    }

    /** The next box of the same row that can be seen. */
    function neighbour(step) {
      for (let i = current.index + step; i >= 0 && i < frames.length; i += step) {
        if (frames[i].depth === current.depth && isShown(frames[i])) {
          return frames[i];
        }
      }
      return undefined;
    }

    function select(frame) {
      current.box.setAttribute('tabindex', '-1');
      frame.box.setAttribute('tabindex', '0');
      current = frame;
    }

    function goTo(frame) {
      if (frame) {
        select(frame);
        frame.box.focus();
      }
    }

    function describe(frame) {
      let text = frame.title;
      if (zoomed !== all && !isDiff && frame.depth >= zoomed.depth) {
        text += ', ' + percent(frame.units, zoomed.units) + ' of ' + zoomed.name;
      }
      details.textContent = text;
    }

    function zoom(frame) {
      zoomed = frame;
      const end = frame.from + frame.units;
      for (const other of frames) {
        const otherEnd = other.from + other.units;
        const above = other.depth < frame.depth && other.from <= frame.from && otherEnd >= end;
        const below = other.depth >= frame.depth && other.from >= frame.from && otherEnd <= end;
        other.box.classList.toggle('away', !above && !below);
        other.box.classList.toggle('above', above);
        other.share = above ? 1 : other.units / Math.max(1, frame.units);
        if (above || below) {
          other.box.setAttribute('x', above ? '0%' : 100 * (other.from - frame.from) / Math.max(1, frame.units) + '%');
          other.box.setAttribute('width', 100 * other.share + '%');
        }
      }
      if (!isShown(current)) {
        select(frame);
      }
      reset.disabled = zoomed === all && search.value === '';
      label();
      describe(current);
    }

    /** As much of each name as its box has room for; of a difference the whole number or nothing. */
    function label() {
      const width = graph.clientWidth || graph.getBoundingClientRect().width;
      for (const frame of frames) {
        const letters = Math.floor((frame.share * width - PADDING) / letter);
        const shown = letters >= frame.label.length ? frame.label
            : letters >= frame.least + 2 ? frame.label.slice(0, letters - 1) + '…'
            : letters >= frame.least ? frame.label.slice(0, frame.least) : '';
        if (shown !== frame.text.textContent) {
          frame.text.textContent = shown;
        }
      }
    }

    /** Marks what holds the text; counts a task once, however many of its functions match. */
    function find() {
      const wanted = search.value.toLowerCase();
      let boxes = 0;
      let covered = 0;
      let before = 0;
      let after = 0;
      for (const frame of frames) {
        const matches = wanted !== '' && frame !== all && frame.name.toLowerCase().includes(wanted);
        frame.box.classList.toggle('found', matches);
        if (matches) {
          boxes++;
          if (frame.from >= covered) {
            covered = frame.from + frame.units;
            before += frame.before;
            after += frame.after;
          }
        }
      }
      reset.disabled = zoomed === all && wanted === '';
      if (wanted === '') {
        found.textContent = '';
      } else if (boxes === 0) {
        found.textContent = 'nothing found';
      } else if (isDiff) {
        found.textContent = before + ' → ' + after + ' tasks';
      } else {
        found.textContent = after + ' of ' + all.after + ' tasks, ' + percent(after, all.after);
      }
    }

    function read(box, index) {
      box.dataset.index = index;
      const text = box.querySelector('text');
      const label = text.textContent;
      return {
        box, index, text, label,
        least: isDiff ? label.indexOf(' ') : 0,
        name: isDiff ? label.slice(label.indexOf(' ') + 1) : label,
        title: box.querySelector('title').textContent,
        depth: Number(box.getAttribute('aria-level')) - 1,
        from: Number(box.dataset.from),
        units: Number(box.dataset.units),
        before: Number(box.dataset.before),
        after: Number(box.dataset.after),
        share: parseFloat(box.getAttribute('width')) / 100,
        caller: undefined,
        callees: [],
      };
    }
  }

  /** A box follows its caller, and all that it calls follows at once. */
  function link(frames) {
    const open = [];
    for (const frame of frames) {
      open.length = frame.depth;
      frame.caller = open[frame.depth - 1];
      if (frame.caller) {
        frame.caller.callees.push(frame);
      }
      open.push(frame);
    }
  }

  function percent(tasks, of) {
    return (100 * tasks / Math.max(1, of)).toFixed(1) + ' %';
  }
})();
